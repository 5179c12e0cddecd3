/** The outcome of a run into the database, and word of it to whoever listens. */
import { LargeValues } from '@app/blobs';
import {
  DISPATCH_KINDS,
  dispatchConfig,
  MAX_DELIVERIES,
  readRetryPolicy,
  MAX_TASK_DELIVERIES,
  refusalOf,
  RUN_TYPES,
  StreamTotals,
  TaskTicketSender,
  TicketSender,
  type ClaimedRow,
  type DispatchConfig,
  type EndedRun,
} from '@app/dispatch';
import { RunSettler } from '@app/dispatch/worker';
import type { SandboxOutcome } from '@app/platform/sandbox';
import { Inject, Injectable } from '@nestjs/common';
import type { ActiveRun } from './active-run';
import { bareEnd, endedRun, queueTiming } from './ended-run';
import { RunAnnouncer } from './run-announcer';
import type { RunHost } from './run-host';
import { failureJson, judge, reasonOf } from './run-outcome';
import type { ImpossibleRun, PlannedRun } from './run-router';

/** A retry that is due within this time gets its ticket from us; the sweeper sees to the others. */
const LOCAL_TIMER_MS = 60_000;
/** What could not be recorded is tried again after this, then after three times as long. */
const UNRECORDED_PAUSE_MS = 500;

@Injectable()
export class RunEnding {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly settler: RunSettler,
    private readonly announcer: RunAnnouncer,
    private readonly tickets: TicketSender,
    private readonly taskTickets: TaskTicketSender,
    private readonly totals: StreamTotals,
    private readonly values: LargeValues,
    @Inject(dispatchConfig.token) private readonly dispatch: DispatchConfig,
  ) {}

  /** What this worker still meant to do later is left to the others. */
  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  async settle(
    active: ActiveRun,
    planned: PlannedRun,
    outcome: Exclude<SandboxOutcome, { status: 'lost' }>,
    host: RunHost,
  ): Promise<void> {
    const { row, incarnation } = active;
    const verdict = judge(outcome, {
      runType: planned.runType,
      attempt: row.attempt,
      policy: readRetryPolicy(planned.target.retry, this.dispatch),
      cancelRequested: active.cancelRequested,
      random: Math.random(),
    });
    const ended = await this.spilled(
      row,
      endedRun(active, planned, verdict.result, verdict.failureKind, host, outcome),
    );
    if (verdict.kind === 'retry') {
      const dueMs = Date.now() + verdict.delayMs;
      const kept = await this.settler.retryLater(incarnation, {
        ...ended,
        dueMs,
        next: 'attempt',
        quarantine: false,
      });
      if (kept) this.waits(row, planned, host, dueMs);
      return;
    }
    const done = await this.settler.finish(incarnation, { ...ended, status: verdict.status });
    if (!done) return;
    this.announcer.ended({
      runId: row.run_id,
      envId: row.env_id,
      streamId: row.stream_id,
      eventId: row.event_id,
      runType: planned.runType,
      projectId: planned.target.projectId,
      functionName: planned.target.functionName,
      status: verdict.status,
      durationUs: ended.durationUs,
      reason: verdict.status === 2 ? null : reasonOf(verdict.result),
      streamDataCount: host.streamDataCount,
      outcome: { row, target: planned.target, stopMs: ended.stopMs, result: verdict.result },
    });
    this.totals.add(row.stream_id, {
      runs: 1,
      failed: verdict.status === 3 ? 1 : 0,
      durationUs: ended.durationUs,
    });
  }

  /** What ran it died, and this run may be why: the next delivery is alone, and after the last one there is none. */
  async redeliver(active: ActiveRun, planned: PlannedRun, reason: string, host: RunHost): Promise<void> {
    const { row, incarnation } = active;
    const last = isLastDelivery(row);
    const message = last
      ? `Worker crashed during event processing: ${reason}`
      : 'Worker crashed during event processing - event will be retried';
    const ended = endedRun(active, planned, failureJson(message), 'worker-lost', host, null);
    if (last) {
      if (await this.settler.deadLetter(incarnation, ended)) this.died(row, planned, ended, message);
      return;
    }
    const dueMs = Date.now();
    const kept = await this.settler.retryLater(incarnation, {
      ...ended,
      dueMs,
      next: 'delivery',
      quarantine: true,
    });
    if (kept) this.waits(row, planned, host, dueMs);
  }

  /**
   * The run's end is refused as it is: nothing of it is kept but that, and why. It is delivered again, for what it gave
   * may be another thing then; the last time it becomes a dead letter.
   * @param cause see refusalOf
   */
  async unrecordable(
    active: ActiveRun,
    planned: PlannedRun,
    cause: string,
    streamDataCount: number,
  ): Promise<void> {
    const { row, incarnation } = active;
    const message = `What became of this run could not be recorded: ${cause}`;
    const result = failureJson(message);
    const ended = bareEnd(row, result, 'unrecordable', streamDataCount);
    try {
      if (!isLastDelivery(row)) {
        const dueMs = Date.now() + UNRECORDED_PAUSE_MS * 3 ** (row.delivery - 1);
        const next = { dueMs, next: 'delivery', quarantine: false } as const;
        if (await this.settler.retryLater(incarnation, { ...ended, ...next }))
          this.waits(row, planned, { streamDataCount }, dueMs);
        return;
      }
      if (!(await this.settler.deadLetter(incarnation, ended))) return;
    } catch (error) {
      if (refusalOf(error) === null) throw error;
      if (!(await this.settler.bury(incarnation, { ...ended, result }))) return;
    }
    this.died(row, planned, ended, message);
  }

  /** A run that could not even be planned: delivered a few times, then a dead letter. Its event says why. */
  async undeliverable(row: ClaimedRow, incarnation: string, cause: string): Promise<void> {
    const { dispatch_id: dispatchId, run_id: runId } = row;
    if (!isLastDelivery(row)) {
      const dueMs = Date.now() + UNRECORDED_PAUSE_MS * 3 ** (row.delivery - 1);
      return this.settler.putBack(incarnation, [{ dispatchId, runId, dueMs, restarts: null, counts: true }]);
    }
    const result = failureJson(`This could not be run: ${cause}`);
    await this.settler.bury(incarnation, { dispatchId, runId, result });
  }

  /** A run that can't begin: it has failed as soon as it has started. */
  failAtOnce(row: ClaimedRow, incarnation: string, run: ImpossibleRun): Promise<void> {
    return this.endAtOnce(row, incarnation, run, null);
  }

  /** What the platform itself has done for an event. @param result JSON text */
  succeedAtOnce(
    row: ClaimedRow,
    incarnation: string,
    run: Omit<ImpossibleRun, 'message'>,
    result: string,
  ): Promise<void> {
    return this.endAtOnce(row, incarnation, { ...run, message: null }, result);
  }

  private async endAtOnce(
    row: ClaimedRow,
    incarnation: string,
    run: Omit<ImpossibleRun, 'message'> & { readonly message: string | null },
    result: string | null,
  ): Promise<void> {
    const failureKind = run.message === null ? null : 'failure';
    const status = run.message === null ? 2 : 3;
    const ours = await this.settler.start(incarnation, {
      dispatchId: row.dispatch_id,
      runId: row.run_id,
      projectId: row.project_id,
      buildId: row.build_id,
      handlerKey: row.handler_key === '' ? run.functionName : row.handler_key,
      functionName: run.functionName,
      runType: run.runType,
    });
    if (!ours) return;
    if (row.kind === DISPATCH_KINDS.event) this.announcer.handled(row, null);
    this.announcer.started(row, run.runType, null, run.functionName);
    const stopMs = Date.now();
    const done = await this.settler.finish(incarnation, {
      dispatchId: row.dispatch_id,
      runId: row.run_id,
      retentionClass: row.retention_class,
      status,
      stopMs,
      durationUs: 0,
      result: run.message === null ? result : failureJson(run.message),
      info: JSON.stringify({
        ...(failureKind === null ? {} : { failure_kind: failureKind }),
        queue_timing: queueTiming(row, Date.now()),
      }),
      failureKind,
      agentType: null,
      callCount: 0,
      traceBytes: 0,
      streamDataCount: 0,
      trace: null,
      segments: [],
    });
    if (!done) return;
    this.totals.add(row.stream_id, { runs: 1, failed: status === 3 ? 1 : 0 });
    this.announcer.ended({
      runId: row.run_id,
      envId: row.env_id,
      streamId: row.stream_id,
      eventId: row.event_id,
      runType: run.runType,
      projectId: row.project_id,
      functionName: run.functionName,
      status,
      durationUs: 0,
      reason: run.message,
      streamDataCount: 0,
      outcome: null,
    });
  }

  /** What became of an attempt that waited could not be recorded when the next one was to be claimed. */
  async unclaimable(dispatchId: string, incarnation: string, cause: string): Promise<void> {
    const message = `What became of this run could not be recorded: ${cause}`;
    const row = await this.settler.buryUnclaimable(incarnation, dispatchId, failureJson(message));
    if (row === undefined || row.run_id === null) return;
    this.announcer.ended({
      runId: row.run_id,
      envId: row.env_id,
      streamId: row.stream_id,
      eventId: row.event_id,
      runType: row.run_type ?? RUN_TYPES.event,
      projectId: row.project_id,
      functionName: row.function_name,
      status: 3,
      durationUs: 0,
      reason: message,
      streamDataCount: 0,
      outcome: null,
    });
  }

  /** Of a run whose row has become a dead letter: whoever subscribes is told all of it, for it may not be there to read. */
  private died(row: ClaimedRow, planned: PlannedRun, ended: EndedRun, message: string): void {
    this.announcer.ended({
      runId: row.run_id,
      envId: row.env_id,
      streamId: row.stream_id,
      eventId: row.event_id,
      runType: planned.runType,
      projectId: planned.target.projectId,
      functionName: planned.target.functionName,
      status: 3,
      durationUs: ended.durationUs,
      reason: message,
      streamDataCount: ended.streamDataCount,
      outcome: { row, target: planned.target, stopMs: ended.stopMs, result: failureJson(message) },
    });
    this.totals.add(row.stream_id, { runs: 1, failed: 1, durationUs: ended.durationUs });
  }

  /** As it is stored: large values of the result beside the row. */
  private async spilled({ org_id: orgId, env_id: envId }: ClaimedRow, run: EndedRun): Promise<EndedRun> {
    if (run.result === null || !this.values.mayBeLarge(run.result)) return run;
    const stored = await this.values.spill({ orgId, envId }, run.result);
    return stored === null ? run : { ...run, result: stored.text, refs: stored.refs };
  }

  private waits(
    row: ClaimedRow,
    planned: PlannedRun,
    host: Pick<RunHost, 'streamDataCount'>,
    dueMs: number,
  ): void {
    this.announcer.waits({
      runId: row.run_id,
      envId: row.env_id,
      streamId: row.stream_id,
      projectId: planned.target.projectId,
      runType: planned.runType,
      streamDataCount: host.streamDataCount,
      eventId: row.event_id,
    });
    this.totals.add(row.stream_id, { runs: 1, failed: 1 });
    const delayMs = dueMs - Date.now();
    if (delayMs > LOCAL_TIMER_MS) return;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        const tickets = planned.runType === RUN_TYPES.task ? this.taskTickets : this.tickets;
        tickets.send([{ dispatchId: row.dispatch_id, hint: null, isRetry: true }]);
      },
      Math.max(0, delayMs),
    );
    this.timers.add(timer.unref());
  }
}

function isLastDelivery(row: ClaimedRow): boolean {
  return row.delivery >= (row.run_type === RUN_TYPES.task ? MAX_TASK_DELIVERIES : MAX_DELIVERIES);
}
