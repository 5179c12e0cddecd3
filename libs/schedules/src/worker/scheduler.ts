/**
 * Fires what is due, within the turns of the sweeper. Any number of schedulers may do it at once: whoever has a schedule's
 * row locked fires it, and the occurrence's record, its event and the schedule's next time are one transaction. Killed
 * before the commit nothing has happened and it is due still; killed after it, the event has its row in dispatch, and the
 * sweeper gives out the ticket.
 */
import { EventAcceptor, type NewEvent, type Sweep } from '@app/dispatch';
import { Sweeper } from '@app/dispatch/worker';
import { newId } from '@app/kernel';
import { Db } from '@app/platform/database';
import {
  decide,
  GRACE_MS,
  scheduleEvent,
  schedulesConfig,
  type Decision,
  type Firing,
  type SchedulesConfig,
} from '@app/schedules';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { FiringRepository, type Advance, type DueRow, type LogEntry } from './firing.repository';

/** A backlog is left to the next turn after this, so that retries and orphans are looked after as well. */
const TURN_MS = 2_000;
const ALIVE_MS = 30_000;
const PURGE_MS = 3_600_000;
/** A schedule that can't be worked out is looked at again after this. */
const BROKEN_MS = 3_600_000;

interface Planned {
  /** Many schedules are due at the same time by the same expression: it is worked out once. */
  readonly decisions: Map<string, Decision | null>;
  readonly log: LogEntry[];
  readonly events: NewEvent[];
  readonly advance: Advance[];
}

@Injectable()
export class Scheduler implements OnModuleInit {
  private readonly log = new Logger(Scheduler.name);
  private aliveAt = -Infinity;
  private purgedAt = performance.now();

  constructor(
    private readonly db: Db,
    private readonly firings: FiringRepository,
    private readonly acceptor: EventAcceptor,
    private readonly sweeper: Sweeper,
    @Inject(schedulesConfig.token) private readonly config: SchedulesConfig,
  ) {}

  onModuleInit(): void {
    this.sweeper.listen((sweep) => this.onSweep(sweep));
  }

  /** Milliseconds after which the next sweep is wanted. */
  private async onSweep({ mine, nextFireInMs }: Sweep): Promise<number | void> {
    if (!mine) return;
    await this.housekeep();
    if (nextFireInMs === null) return;
    if (nextFireInMs > 0) return nextFireInMs;
    const began = performance.now();
    let fired: number;
    do fired = await this.fireDue();
    while (fired > 0 && performance.now() - began < TURN_MS);
    return (await this.firings.nextInMs()) ?? undefined;
  }

  /** Fires up to a hundred schedules that are due; answers how many there were. */
  async fireDue(): Promise<number> {
    return this.db.tx(async () => {
      const due = await this.firings.takeDue();
      if (due.length === 0) return 0;
      const planned: Planned = { decisions: new Map(), log: [], events: [], advance: [] };
      for (const row of due) this.plan(row, planned);
      const recorded = planned.log.length === 0 ? new Set() : await this.firings.record(planned.log);
      await this.acceptor.acceptWithin(
        this.db,
        planned.events.filter((event) => recorded.has(event.eventId ?? '')),
      );
      await this.firings.advance(planned.advance);
      return due.length;
    });
  }

  private plan(row: DueRow, planned: Planned): void {
    const decision = this.decided(row, planned.decisions);
    const scheduleId = row.schedule_id;
    if (decision === null) {
      planned.advance.push({ scheduleId, nextMs: row.now_ms + BROKEN_MS, firedMs: null, eventId: null });
      return;
    }
    const { skipped } = decision;
    const quiet = { scheduleId, eventId: null, isBackfill: false };
    if (skipped !== null) planned.log.push({ ...quiet, atMs: skipped.atMs, skippedCount: skipped.count });
    let last: { readonly atMs: number; readonly eventId: string } | null = null;
    for (const firing of decision.fire) {
      // One that must not overlap happens when the former one has ended, and not twice in one go.
      if (row.busy || (row.single && last !== null)) {
        planned.log.push({ ...quiet, atMs: firing.atMs, skippedCount: 1 });
        continue;
      }
      const eventId = newId();
      last = { atMs: firing.atMs, eventId };
      planned.log.push({
        scheduleId,
        atMs: firing.atMs,
        eventId,
        isBackfill: firing.isBackfill,
        skippedCount: 0,
      });
      planned.events.push(eventOf(row, firing, eventId));
    }
    planned.advance.push({
      scheduleId,
      nextMs: decision.nextMs,
      firedMs: last?.atMs ?? null,
      eventId: last?.eventId ?? null,
    });
  }

  /** Null when it can't be worked out: the others must not wait for it. */
  private decided(row: DueRow, decisions: Planned['decisions']): Decision | null {
    const backfill = row.backfill ?? this.config.backfill;
    const dueMs = Math.round(row.due_ms);
    const key = JSON.stringify([row.cron, row.timezone, dueMs, backfill]);
    const known = decisions.get(key);
    if (known !== undefined) return known;
    const decision = this.workedOut(row, dueMs, backfill);
    decisions.set(key, decision);
    return decision;
  }

  private workedOut(row: DueRow, dueMs: number, backfill: boolean): Decision | null {
    try {
      return decide({ cron: row.cron, timezone: row.timezone, dueMs, backfill }, row.now_ms);
    } catch (error) {
      this.log.error({
        event: 'schedule.broken',
        scheduleId: row.schedule_id,
        envId: row.env_id,
        cron: row.cron,
        error: error instanceof Error ? error.message : error,
      });
      return null;
    }
  }

  private async housekeep(): Promise<void> {
    const now = performance.now();
    if (now - this.aliveAt > ALIVE_MS) {
      this.aliveAt = now;
      await this.firings.alive();
    }
    if (now - this.purgedAt > PURGE_MS) {
      this.purgedAt = now;
      await this.firings.purge();
    }
  }
}

function eventOf(row: DueRow, { atMs, isBackfill }: Firing, eventId: string): NewEvent {
  const lateMs = Math.round(row.now_ms) - atMs;
  return scheduleEvent(
    row,
    {
      atMs,
      isBackfill,
      ...(isBackfill ? { backfilledAtMs: row.now_ms } : {}),
      ...(lateMs > GRACE_MS && !isBackfill ? { lateMs } : {}),
    },
    { eventId, userId: row.created_by_user_id, source: 'schedule' },
  );
}
