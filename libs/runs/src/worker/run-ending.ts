/** The outcome of a run into the database, and word of it to whoever listens. */
import {
  DISPATCH_KINDS,
  dispatchConfig,
  MAX_DELIVERIES,
  readRetryPolicy,
  MAX_TASK_DELIVERIES,
  RUN_TYPES,
  StreamTotals,
  TaskTicketSender,
  TicketSender,
  type ClaimedRow,
  type DispatchConfig,
} from '@app/dispatch';
import { RunSettler } from '@app/dispatch/worker';
import type { SandboxOutcome } from '@app/platform/sandbox';
import { Inject, Injectable } from '@nestjs/common';
import type { ActiveRun } from './active-run';
import { endedRun, queueTiming } from './ended-run';
import { RunAnnouncer } from './run-announcer';
import type { RunHost } from './run-host';
import { failureJson, judge, reasonOf } from './run-outcome';
import type { ImpossibleRun, PlannedRun } from './run-router';

/** A retry that is due within this time gets its ticket from us; the sweeper sees to the others. */
const LOCAL_TIMER_MS = 60_000;

@Injectable()
export class RunEnding {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly settler: RunSettler,
    private readonly announcer: RunAnnouncer,
    private readonly tickets: TicketSender,
    private readonly taskTickets: TaskTicketSender,
    private readonly totals: StreamTotals,
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
    const ended = endedRun(active, planned, verdict.result, verdict.failureKind, host, outcome);
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
    const isTask = planned.runType === RUN_TYPES.task;
    const last = row.delivery >= (isTask ? MAX_TASK_DELIVERIES : MAX_DELIVERIES);
    const message = last
      ? `Worker crashed during event processing: ${reason}`
      : 'Worker crashed during event processing - event will be retried';
    const ended = endedRun(active, planned, failureJson(message), 'worker-lost', host, null);
    if (last) {
      if (!(await this.settler.deadLetter(incarnation, ended))) return;
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
        streamDataCount: host.streamDataCount,
        outcome: null,
      });
      this.totals.add(row.stream_id, { runs: 1, failed: 1, durationUs: ended.durationUs });
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

  private waits(row: ClaimedRow, planned: PlannedRun, host: RunHost, dueMs: number): void {
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
