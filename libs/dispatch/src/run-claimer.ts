import { newId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { ClaimRepository, type ClaimedRow, type ClaimRequest, type ClaimRoute } from './claim.repository';
import { CounterSlots } from './counter-slots';
import { GroupWriter } from './group-writer';
import { HotSqlPools } from './hot-sql.pools';
import { isRowsFault } from './refusal';
import type { TicketRow } from './ticket';
import { WorkerLease } from './worker-lease';

interface Claim {
  readonly incarnation: string;
  readonly dispatchId: string;
  readonly runId: string;
  readonly route: ClaimRoute | null;
}

export interface TakenRow {
  readonly claimed: ClaimedRow;
  readonly incarnation: string;
}

/**
 * Takes rows for an incarnation. Rows that are gone, taken or not due answer null: late and double tickets are normal.
 * An ended lease looks the same, so a group that got nothing asks whether the lease lives before it answers: null for an
 * incarnation that is not the lease's any more means that nobody has tried yet.
 */
@Injectable()
export class RunClaimer {
  private readonly queued: GroupWriter<Claim, ClaimedRow | null>;
  private readonly retries: GroupWriter<Claim, ClaimedRow | null>;

  constructor(
    pools: HotSqlPools,
    slots: CounterSlots,
    private readonly lease: WorkerLease,
  ) {
    const relaxed = new ClaimRepository(pools.relaxed);
    const durable = new ClaimRepository(pools.durable);
    this.queued = this.writer((incarnation, requests) => relaxed.claim(incarnation, requests, Date.now()));
    // Writes history: durable.
    this.retries = this.writer((incarnation, requests) =>
      durable.claimRetries(incarnation, requests, Date.now(), slots.of('retry')),
    );
  }

  /** @param route handler that the row's event will start, when that is known to be exactly one */
  claim(incarnation: string, dispatchId: string, route: ClaimRoute | null): Promise<ClaimedRow | null> {
    return this.queued.push({ incarnation, dispatchId, runId: newId(), route });
  }

  /** Takes an attempt that waits for its successor: the waiting one becomes history. */
  claimRetry(incarnation: string, dispatchId: string): Promise<ClaimedRow | null> {
    return this.retries.push({ incarnation, dispatchId, runId: newId(), route: null });
  }

  /**
   * Claims for the life that lasts: a ticket that met the end of one is worth another try in the next. Null when there
   * is nothing to claim; also while the database is away, for once it is back the sweeper gives the row out again.
   */
  async take(row: TicketRow, route: ClaimRoute | null): Promise<TakenRow | null> {
    for (;;) {
      const incarnation = this.lease.incarnation() ?? (await this.lease.confirm());
      if (incarnation === null) return null;
      const claimed = row.isRetry
        ? await this.claimRetry(incarnation, row.dispatchId)
        : await this.claim(incarnation, row.dispatchId, route);
      if (claimed !== null) return { claimed, incarnation };
      if (this.lease.incarnation() === incarnation) return null;
    }
  }

  private writer(
    claim: (incarnation: string, requests: readonly ClaimRequest[]) => Promise<readonly ClaimedRow[]>,
  ): GroupWriter<Claim, ClaimedRow | null> {
    return new GroupWriter<Claim, ClaimedRow | null>({
      maxItems: 500,
      maxWeight: 500,
      maxInFlight: 1,
      weigh: () => 1,
      isItemsFault: isRowsFault,
      write: async (items) => {
        const incarnation = items.at(-1)?.incarnation ?? '';
        // The same row twice in one group (a ticket and its repetition) would be claimed for either of its two run ids.
        const requests = new Map<string, Claim>();
        for (const item of items) {
          if (item.incarnation === incarnation && !requests.has(item.dispatchId))
            requests.set(item.dispatchId, item);
        }
        const rows = await claim(incarnation, [...requests.values()]);
        if (rows.length === 0 && this.lease.incarnation() === incarnation) await this.lease.confirm();
        const byRun = new Map(rows.map((row) => [row.run_id, row]));
        return items.map((item) => byRun.get(item.runId) ?? null);
      },
    });
  }
}
