/**
 * Writes what becomes of claimed rows, in groups. A write answers whether it was this call that ended the run: false
 * means that the row was no longer ours, and that whatever was to be told about it is not ours to tell.
 */
import { UnavailableError } from '@app/kernel';
import { counter } from '@app/platform/metrics';
import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CounterSlots } from './counter-slots';
import { GroupWriter } from './group-writer';
import { HotSqlPools } from './hot-sql.pools';
import { isPassing, isRowsFault, RefusedWriteError } from './refusal';
import {
  SettleRepository,
  type BuriedRow,
  type EndedRun,
  type FinishedRun,
  type ReturnedRow,
  type SiblingRow,
  type StartedRow,
  type WaitingRun,
} from './settle.repository';
import { WorkerLease } from './worker-lease';

interface Owned<T> {
  readonly incarnation: string;
  readonly row: T;
}

const MAX_ROWS = 500;
const MAX_BYTES = 8 * 1024 * 1024;
const ended = counter('hot_runs_ended_total', 'Runs that ended for good', ['status']);
const failed = counter('hot_run_failures_total', 'Runs that failed for good, by kind of failure', ['kind']);
const STATUS_NAMES = { 2: 'succeeded', 3: 'failed', 4: 'cancelled' } as const;

/** What writes have in common: once one of a kind is taken, another one's failure is its own. */
type WriteKind = 'history' | 'wait' | 'other';

const RETRY_PAUSES_MS = [20, 100, 500, 1_000] as const;

@Injectable()
export class RunSettler {
  private readonly finishing: GroupWriter<Owned<FinishedRun>, boolean>;
  private readonly waiting: GroupWriter<Owned<WaitingRun>, boolean>;
  private readonly starting: GroupWriter<
    Owned<{ readonly own: StartedRow; readonly siblings: readonly SiblingRow[] }>,
    boolean
  >;
  private readonly restarting: GroupWriter<
    Owned<{ readonly dispatchId: string; readonly runId: string; readonly restarts: string }>,
    boolean
  >;
  /** Writes that were taken. */
  private readonly taken: Record<WriteKind, number> = { history: 0, wait: 0, other: 0 };
  private readonly durable: SettleRepository;
  private readonly relaxed: SettleRepository;

  constructor(
    pools: HotSqlPools,
    private readonly slots: CounterSlots,
    private readonly lease: WorkerLease,
  ) {
    this.durable = new SettleRepository(pools.durable);
    this.relaxed = new SettleRepository(pools.relaxed);
    this.finishing = this.writer(
      async (incarnation, rows, lane) => {
        const ended = await this.durable.finish(
          incarnation,
          rows,
          slots.of(lane === 0 ? 'finish' : 'finishSecond'),
        );
        return rows.map((row) => ended.has(row.runId));
      },
      (run) => weigh(run),
      1,
    );
    this.waiting = this.writer(
      async (incarnation, rows) => {
        const kept = await this.durable.retryLater(incarnation, rows);
        return rows.map((row) => kept.has(row.runId));
      },
      (run) => weigh(run),
      1,
    );
    this.starting = this.writer(
      async (incarnation, rows) => {
        const started = await this.relaxed.start(
          incarnation,
          rows.map((row) => row.own),
          rows.flatMap((row) => row.siblings),
        );
        return rows.map((row) => started.has(row.own.runId));
      },
      () => 500,
      1,
    );
    this.restarting = this.writer(
      async (incarnation, rows) => {
        const noted = await this.durable.restarted(incarnation, rows);
        return rows.map((row) => noted.has(row.runId));
      },
      (row) => row.restarts.length,
      1,
    );
  }

  /** Ends a run for good: durable when it resolves. Goes on trying while the lease lives. */
  async finish(incarnation: string, run: FinishedRun): Promise<boolean> {
    const isOurs = await this.persist(
      incarnation,
      () => this.finishing.push({ incarnation, row: run }),
      'history',
    );
    if (isOurs) {
      ended.add({ status: STATUS_NAMES[run.status] });
      if (run.status === 3) failed.add({ kind: run.failureKind ?? 'program' });
    }
    return isOurs;
  }

  /** Keeps an ended attempt until the next one is due. */
  retryLater(incarnation: string, run: WaitingRun): Promise<boolean> {
    return this.persist(incarnation, () => this.waiting.push({ incarnation, row: run }), 'wait');
  }

  /** Ends a run whose deliveries are used up and keeps its row for people to look at. */
  deadLetter(incarnation: string, run: EndedRun): Promise<boolean> {
    return this.persist(
      incarnation,
      async () => (await this.durable.deadLetter(incarnation, [run], this.slots.of('dead'))).has(run.runId),
      'history',
    );
  }

  /** The same for a row that can't be claimed. Undefined when it is too early for that. @param result JSON text */
  buryUnclaimable(incarnation: string, dispatchId: string, result: string): Promise<BuriedRow | undefined> {
    return this.durable.buryUnclaimable(incarnation, dispatchId, result);
  }

  /**
   * The last resort for a row of which not even the bare end of its run can be recorded: a dead letter, and no run in
   * history. @param result JSON text
   */
  bury(
    incarnation: string,
    row: { readonly dispatchId: string; readonly runId: string; readonly result: string },
  ): Promise<boolean> {
    return this.persist(incarnation, async () => (await this.durable.bury(incarnation, [row])).size > 0);
  }

  /** Says what a claimed row runs, and adds rows for further handlers of the same event. */
  start(incarnation: string, own: StartedRow, siblings: readonly SiblingRow[] = []): Promise<boolean> {
    return this.persist(incarnation, () => this.starting.push({ incarnation, row: { own, siblings } }));
  }

  /** Nobody listens to the event of this row. */
  unhandled(incarnation: string, dispatchId: string, runId: string): Promise<boolean> {
    return this.persist(
      incarnation,
      async () =>
        (await this.durable.unhandled(incarnation, [{ dispatchId, runId }], this.slots.of('unhandled')))
          .size > 0,
    );
  }

  /** The event of this row was dealt with without a run. */
  discard(incarnation: string, dispatchId: string, runId: string): Promise<boolean> {
    return this.persist(
      incarnation,
      async () => (await this.durable.discard(incarnation, [{ dispatchId, runId }])).size > 0,
    );
  }

  /** A run begins again in place: recorded when it resolves. False when it is not ours any more and must not. */
  restarted(
    incarnation: string,
    row: { readonly dispatchId: string; readonly runId: string; readonly restarts: string },
  ): Promise<boolean> {
    return this.persist(incarnation, () => this.restarting.push({ incarnation, row }));
  }

  /** Gives rows back uncounted. */
  async putBack(incarnation: string, rows: readonly ReturnedRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.persist(incarnation, async () => (await this.relaxed.putBack(incarnation, rows)).size > 0);
  }

  /** Parts of a long trace while its run goes on. Losing some costs a gap in the trace. */
  async appendSegments(
    incarnation: string,
    run: Pick<EndedRun, 'runId' | 'retentionClass' | 'segments'>,
  ): Promise<void> {
    await this.relaxed.appendSegments(incarnation, [run]);
  }

  private writer<T>(
    write: (incarnation: string, rows: readonly T[], lane: number) => Promise<readonly boolean[]>,
    weight: (row: T) => number,
    maxInFlight: number,
  ): GroupWriter<Owned<T>, boolean> {
    return new GroupWriter<Owned<T>, boolean>({
      maxItems: MAX_ROWS,
      maxWeight: MAX_BYTES,
      maxInFlight,
      weigh: ({ row }) => weight(row),
      isItemsFault: isRowsFault,
      write: async (items, lane) => {
        // Rows of an earlier life in the same group: they have lost already.
        const incarnation = items.at(-1)?.incarnation ?? '';
        const mine = items.filter((item) => item.incarnation === incarnation);
        const results = await write(
          incarnation,
          mine.map((item) => item.row),
          lane,
        );
        let at = 0;
        return items.map((item) => (item.incarnation === incarnation ? (results[at++] ?? false) : false));
      },
    });
  }

  /** Tries again while the database is away, as long as the result can still count. */
  private async persist(
    incarnation: string,
    write: () => Promise<boolean>,
    kind: WriteKind = 'other',
  ): Promise<boolean> {
    const takenBefore = this.taken[kind];
    for (let attempt = 0; ; attempt += 1) {
      if (this.lease.incarnation() !== incarnation) return false;
      try {
        const isOurs = await write();
        this.taken[kind] += 1;
        return isOurs;
      } catch (error) {
        if (isRowsFault(error)) throw error;
        if (!(error instanceof UnavailableError) && attempt >= RETRY_PAUSES_MS.length) {
          throw this.taken[kind] > takenBefore && !isPassing(error) ? new RefusedWriteError(error) : error;
        }
        await sleep(RETRY_PAUSES_MS[Math.min(attempt, RETRY_PAUSES_MS.length - 1)]);
      }
    }
  }
}

function weigh(run: EndedRun): number {
  let weight = (run.result?.length ?? 0) + (run.trace?.length ?? 0) + 500;
  for (const segment of run.segments) weight += segment.data.length * 2;
  return weight;
}
