/**
 * From a claimed row to its outcome in the database. Never throws for reasons of the program. Everything it writes
 * names the incarnation that claimed the row, so that whatever was overtaken meanwhile stays without effect.
 */
import {
  DISPATCH_KINDS,
  dispatchConfig,
  EventAcceptor,
  MAX_DELIVERIES,
  readRestarts,
  readRetryPolicy,
  RUN_TYPES,
  StreamTotals,
  TicketSender,
  withRestart,
  type ClaimedRow,
  type DispatchConfig,
  type EndedRun,
  type Restart,
  type SiblingRow,
} from '@app/dispatch';
import { RunSettler, WorkerLease } from '@app/dispatch/worker';
import { newId } from '@app/kernel';
import { SecretUnreadableError } from '@app/platform/crypto';
import { SANDBOX, type Sandbox, type SandboxHandle, type SandboxOutcome } from '@app/platform/sandbox';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ContextUnreadableError, Serving, type RunContext, type RunTarget, type Soon } from '../serving.port';
import { EventSeals } from './event-seals';
import { HostFunctions, type RunFacts } from './extension-points';
import { RunAnnouncer } from './run-announcer';
import { RunHost, type EarlierStarts } from './run-host';
import { runInfo } from './run-input';
import { cancellationJson, failureJson, judge, reasonOf } from './run-outcome';
import { RunRouter, type ImpossibleRun, type PlannedRun } from './run-router';
import { runsWorkerConfig, type RunsWorkerConfig } from './runs-worker.config';
import { StreamDataWriter } from './stream-data-writer';

/** A run that is going on here. */
interface ActiveRun {
  readonly row: ClaimedRow;
  readonly incarnation: string;
  handle: SandboxHandle | null;
  cancelRequested: boolean;
  /** Taken from us, or given back: its outcome is nobody's. */
  dropped: boolean;
  /** How often it began again without counting a delivery, and why. */
  restarts: readonly Restart[];
}

/** Innocent runs of a dead isolate begin again in place; one that keeps being there counts as a suspect after this. */
const MAX_INNOCENT_RESTARTS = 5;
/** A retry that is due within this time gets its ticket from us; the sweeper sees to the others. */
const LOCAL_TIMER_MS = 60_000;
const PUT_BACK_MS = 1_000;

@Injectable()
export class RunExecutor {
  private readonly log = new Logger(RunExecutor.name);
  private readonly active = new Map<string, ActiveRun>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly router: RunRouter,
    private readonly serving: Serving,
    private readonly settler: RunSettler,
    private readonly lease: WorkerLease,
    private readonly announcer: RunAnnouncer,
    private readonly acceptor: EventAcceptor,
    private readonly tickets: TicketSender,
    private readonly totals: StreamTotals,
    private readonly streamData: StreamDataWriter,
    private readonly functions: HostFunctions,
    private readonly seals: EventSeals,
    @Inject(SANDBOX) private readonly sandbox: Sandbox,
    @Inject(runsWorkerConfig.token) private readonly config: RunsWorkerConfig,
    @Inject(dispatchConfig.token) private readonly dispatch: DispatchConfig,
  ) {}

  get running(): number {
    return this.active.size;
  }

  /**
   * Runs what the row stands for. Resolves when all of it has been settled.
   * @param target the handler that the row was claimed for, null when that is to be found out
   */
  async execute(claimed: ClaimedRow, incarnation: string, target: RunTarget | null): Promise<void> {
    let row = claimed;
    try {
      row = this.seals.opened(claimed);
      if (target !== null && row.handler_key === target.handlerKey) {
        this.announcer.handled(row, target);
        await this.runOne(row, incarnation, this.router.planFor(row, target));
        return;
      }
      await this.route(row, incarnation);
    } catch (error) {
      if (error instanceof SecretUnreadableError) {
        return this.failUnreadable(row, incarnation, error).catch(() => this.giveBack(row, incarnation));
      }
      this.log.error({
        event: 'run.not_executed',
        dispatchId: row.dispatch_id,
        runId: row.run_id,
        error: error instanceof Error ? error.stack : error,
      });
      await this.giveBack(row, incarnation);
    }
  }

  /** What a run sent sealed can't be opened: no worker with these keys can ever run it. */
  private failUnreadable(row: ClaimedRow, incarnation: string, error: SecretUnreadableError): Promise<void> {
    return this.failAtOnce(row, incarnation, {
      runType: RUN_TYPES.event,
      functionName: row.function_name ?? row.event_type,
      message: `The secrets in the data of this event can not be read: ${error.message}`,
    });
  }

  /** Asks runs to stop because somebody cancelled them. */
  cancel(runIds: readonly string[]): void {
    for (const runId of runIds) {
      const run = this.active.get(runId);
      if (run === undefined) continue;
      run.cancelRequested = true;
      run.handle?.stop('cancelled');
    }
  }

  /** The incarnation is dead: its runs belong to others. */
  drop(incarnation: string): void {
    for (const run of this.active.values()) {
      if (run.incarnation !== incarnation) continue;
      run.dropped = true;
      run.handle?.stop('shutdown');
    }
  }

  /** Stops what is still going on and gives the rows back uncounted. */
  async giveBackAll(): Promise<void> {
    const runs = [...this.active.values()];
    for (const run of runs) {
      run.dropped = true;
      run.handle?.stop('shutdown');
    }
    await Promise.all(
      runs.map((run) => {
        const restarts =
          run.handle === null ? null : withRestart(run.restarts, 'its worker was told to end', Date.now());
        return this.giveBack(run.row, run.incarnation, restarts);
      }),
    );
    for (const timer of this.timers) clearTimeout(timer);
  }

  private async route(row: ClaimedRow, incarnation: string): Promise<void> {
    const plan = await this.router.plan(row);
    switch (plan.kind) {
      case 'wait':
        await this.settler.putBack(incarnation, [
          {
            dispatchId: row.dispatch_id,
            runId: row.run_id,
            dueMs: Date.now() + PUT_BACK_MS,
            restarts: null,
          },
        ]);
        return;
      case 'unhandled':
        await this.settler.unhandled(incarnation, row.dispatch_id, row.run_id);
        return;
      case 'effect':
        await this.applyEffect(row, incarnation, plan.effect);
        return;
      case 'impossible':
        await this.failAtOnce(row, incarnation, plan.run);
        return;
      case 'runs':
        await this.startRuns(row, incarnation, plan.runs);
    }
  }

  private async startRuns(
    row: ClaimedRow,
    incarnation: string,
    runs: readonly [PlannedRun, ...PlannedRun[]],
  ): Promise<void> {
    const [own, ...others] = runs;
    const siblings = others.map((run) => ({ run, dispatchId: newId(), runId: newId() }));
    const ours = await this.settler.start(
      incarnation,
      startedRow(row.dispatch_id, row.run_id, own),
      siblings.map(({ run, dispatchId, runId }): SiblingRow => ({
        ...startedRow(dispatchId, runId, run),
        ofDispatchId: row.dispatch_id,
      })),
    );
    if (!ours) return;
    if (row.kind === DISPATCH_KINDS.event) this.announcer.handled(row, own.target);
    await Promise.all([
      this.runOne(row, incarnation, own),
      ...siblings.map(({ run, dispatchId, runId }) =>
        this.runOne({ ...row, dispatch_id: dispatchId, run_id: runId }, incarnation, run).catch(
          (error: unknown) => {
            this.log.error({ event: 'run.not_executed', runId, error });
            return this.giveBack({ ...row, dispatch_id: dispatchId, run_id: runId }, incarnation);
          },
        ),
      ),
    ]);
  }

  private async runOne(row: ClaimedRow, incarnation: string, planned: PlannedRun): Promise<void> {
    const active: ActiveRun = {
      row,
      incarnation,
      handle: null,
      cancelRequested: row.cancel_requested === 1,
      dropped: false,
      restarts: readRestarts(row.restarts),
    };
    this.active.set(row.run_id, active);
    try {
      this.announcer.started(row, planned.runType, planned.target, planned.target.functionName);
      let streamDataCount = 0;
      for (let restart = 0; ; restart += 1) {
        const { outcome, host } = await this.inSandbox(active, planned, { starts: restart, streamDataCount });
        if (active.dropped) return;
        if (outcome.status !== 'lost') return await this.settle(active, planned, outcome, host);
        const innocent = !outcome.suspect && restart < MAX_INNOCENT_RESTARTS;
        if (!innocent) return await this.redeliver(active, planned, outcome.reason, host);
        ({ streamDataCount } = host);
        if (!(await this.noteRestart(active, outcome.reason))) return;
      }
    } finally {
      this.active.delete(row.run_id);
    }
  }

  /** Before it begins again: what it sent and did so far it may do twice, and whoever looks must be able to see why. */
  private noteRestart(active: ActiveRun, reason: string): Promise<boolean> {
    const { row, incarnation } = active;
    active.restarts = withRestart(active.restarts, reason, Date.now());
    return this.settler.restarted(incarnation, {
      dispatchId: row.dispatch_id,
      runId: row.run_id,
      restarts: JSON.stringify(active.restarts),
    });
  }

  private async inSandbox(
    active: ActiveRun,
    planned: PlannedRun,
    earlier: EarlierStarts,
  ): Promise<{ readonly outcome: SandboxOutcome; readonly host: RunHost }> {
    const { row, incarnation } = active;
    const { target } = planned;
    const run: RunFacts = {
      runId: row.run_id,
      dispatchId: row.dispatch_id,
      incarnation,
      orgId: row.org_id,
      envId: row.env_id,
      retentionClass: row.retention_class,
      streamId: row.stream_id,
      eventId: row.event_id,
      byUserId: row.by_user_id,
      accessId: row.access_id,
      target,
    };
    const host = new RunHost(
      run,
      {
        acceptor: this.acceptor,
        announcer: this.announcer,
        streamData: this.streamData,
        functions: this.functions,
        seals: this.seals,
        maxLogBytes: this.config.maxLogBytes,
        appendSegment: ({ runId, retentionClass }, segment) =>
          this.settler.appendSegments(incarnation, { runId, retentionClass, segments: [segment] }),
        isOurs: (own) => !active.dropped && this.lease.incarnation() === own,
        abandon: () => {
          active.dropped = true;
          active.handle?.stop('shutdown');
        },
      },
      earlier,
    );
    if (active.cancelRequested) {
      return {
        host,
        outcome: {
          status: 'cancelled',
          resultJson: cancellationJson('Cancelled before it began'),
          ...NOTHING_RUN,
        },
      };
    }
    const env = this.serving.env(row.env_id);
    const context = this.contextOf(target);
    const facts = env instanceof Promise ? await env : env;
    const ctx = context instanceof Promise ? await context : context;
    if (facts === null) {
      return {
        host,
        outcome: failedOutcome('The environment no longer exists'),
      };
    }
    if ('problem' in ctx) return { host, outcome: failedOutcome(ctx.problem) };
    host.missingContext = ctx.missing;
    const secrets = this.seals.secretsOf(row);
    for (const secret of secrets) host.secrets.add(secret);
    const policy = this.policyOf(target);
    const handle = this.sandbox.start({
      runId: row.run_id,
      orgId: row.org_id,
      artifactHash: target.artifactHash,
      loadArtifact: () => this.serving.artifact(target),
      fn: target.functionName,
      argsJson: planned.argsJson,
      infoJson: runInfo(row, target, facts, planned.runType, policy, this.functions.told),
      ctxJson: withSecrets(ctx.json, secrets),
      limits: {
        maxDepth: 4_096,
        maxTraceBytes: this.config.maxTraceBytes,
        maxTraceCalls: this.config.maxTraceCalls,
        maxResultBytes: 16 * 1024 * 1024,
      },
      trace: true,
      timeoutMs: this.config.runTimeoutMs,
      quarantine: row.quarantine,
      host,
    });
    active.handle = handle;
    if (active.cancelRequested) handle.stop('cancelled');
    if (active.dropped) handle.stop('shutdown');
    const outcome = await handle.outcome;
    await host.settled();
    return { outcome, host };
  }

  /** What the run may read, or why nothing can run: a value that we can't decrypt is nobody's passing trouble. */
  private contextOf(target: RunTarget): Soon<RunContext | { readonly problem: string }> {
    const problemOf = (error: unknown): { readonly problem: string } => {
      if (error instanceof ContextUnreadableError) return { problem: error.message };
      throw error;
    };
    try {
      const context = this.serving.contextOf(target);
      return context instanceof Promise ? context.catch(problemOf) : context;
    } catch (error) {
      return problemOf(error);
    }
  }

  private async settle(
    active: ActiveRun,
    planned: PlannedRun,
    outcome: Exclude<SandboxOutcome, { status: 'lost' }>,
    host: RunHost,
  ): Promise<void> {
    const { row, incarnation } = active;
    const verdict = judge(outcome, {
      runType: planned.runType,
      attempt: row.attempt,
      policy: this.policyOf(planned.target),
      cancelRequested: active.cancelRequested,
      random: Math.random(),
    });
    const ended = this.endedRun(active, planned, verdict.result, verdict.failureKind, host, outcome);
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
  private async redeliver(
    active: ActiveRun,
    planned: PlannedRun,
    reason: string,
    host: RunHost,
  ): Promise<void> {
    const { row, incarnation } = active;
    const last = row.delivery >= MAX_DELIVERIES;
    const message = last
      ? `Worker crashed during event processing: ${reason}`
      : 'Worker crashed during event processing - event will be retried';
    const ended = this.endedRun(active, planned, failureJson(message), 'worker-lost', host, null);
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

  private waits(row: ClaimedRow, planned: PlannedRun, host: RunHost, dueMs: number): void {
    this.announcer.waits({
      runId: row.run_id,
      envId: row.env_id,
      streamId: row.stream_id,
      projectId: planned.target.projectId,
      runType: planned.runType,
      streamDataCount: host.streamDataCount,
    });
    this.totals.add(row.stream_id, { runs: 1, failed: 1 });
    const delayMs = dueMs - Date.now();
    if (delayMs > LOCAL_TIMER_MS) return;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        this.tickets.send([{ dispatchId: row.dispatch_id, hint: null, isRetry: true }]);
      },
      Math.max(0, delayMs),
    );
    this.timers.add(timer.unref());
  }

  private async failAtOnce(row: ClaimedRow, incarnation: string, run: ImpossibleRun): Promise<void> {
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
      status: 3,
      stopMs,
      durationUs: 0,
      result: failureJson(run.message),
      info: JSON.stringify({ failure_kind: 'failure', queue_timing: queueTiming(row, Date.now()) }),
      failureKind: 'failure',
      agentType: null,
      callCount: 0,
      traceBytes: 0,
      streamDataCount: 0,
      trace: null,
      segments: [],
    });
    if (!done) return;
    this.totals.add(row.stream_id, { runs: 1, failed: 1 });
    this.announcer.ended({
      runId: row.run_id,
      envId: row.env_id,
      streamId: row.stream_id,
      eventId: row.event_id,
      runType: run.runType,
      projectId: row.project_id,
      functionName: run.functionName,
      status: 3,
      durationUs: 0,
      reason: run.message,
      streamDataCount: 0,
      outcome: null,
    });
  }

  /** An event that is a command to the platform: no run of its own unless the command fails. */
  private async applyEffect(
    row: ClaimedRow,
    incarnation: string,
    effect: (row: ClaimedRow) => Promise<{ readonly problem: string } | null>,
  ): Promise<void> {
    const failed = await effect(row);
    if (failed === null) {
      await this.settler.discard(incarnation, row.dispatch_id, row.run_id);
      this.announcer.handled(row, null);
      return;
    }
    await this.failAtOnce(row, incarnation, {
      runType: 1,
      functionName: row.event_type,
      message: failed.problem,
    });
  }

  private async giveBack(
    row: ClaimedRow,
    incarnation: string,
    restarts: readonly Restart[] | null = null,
  ): Promise<void> {
    const rows = [
      {
        dispatchId: row.dispatch_id,
        runId: row.run_id,
        dueMs: Date.now() + PUT_BACK_MS,
        restarts: restarts && JSON.stringify(restarts),
      },
    ];
    await this.settler.putBack(incarnation, rows).catch(() => undefined); // then the end of the lease gives it back
  }

  private policyOf(target: RunTarget) {
    return readRetryPolicy(target.retry, this.dispatch);
  }

  private endedRun(
    { row, restarts }: ActiveRun,
    planned: PlannedRun,
    result: string,
    failureKind: string | null,
    host: RunHost,
    outcome: Exclude<SandboxOutcome, { status: 'lost' }> | null,
  ): EndedRun {
    const stopMs = Date.now();
    const startedMs = outcome === null || outcome.startedAtMs <= 0 ? row.started_ms : outcome.startedAtMs;
    const { trace, segments } = host.endOfTrace();
    const info: Record<string, unknown> = { queue_timing: queueTiming(row, startedMs) };
    if (failureKind !== null) info['failure_kind'] = failureKind;
    if (planned.warning !== null) info['warning'] = planned.warning;
    if (restarts.length > 0) info['restarts'] = restarts;
    if (host.missingContext.length > 0) info['missing_ctx'] = host.missingContext;
    if (outcome !== null && outcome.droppedCalls > 0) {
      info['trace_truncated'] = {
        recorded: outcome.callCount - outcome.droppedCalls,
        dropped: outcome.droppedCalls,
      };
    }
    return {
      dispatchId: row.dispatch_id,
      runId: row.run_id,
      retentionClass: row.retention_class,
      stopMs,
      durationUs: Math.max(0, Math.round((stopMs - startedMs) * 1_000)),
      result,
      info: JSON.stringify(info),
      failureKind,
      agentType: planned.target.agentType,
      callCount: outcome?.callCount ?? 0,
      traceBytes: outcome?.traceBytes ?? 0,
      streamDataCount: host.streamDataCount,
      trace,
      segments,
    };
  }
}

/** The runtime masks them from the start, although the run has read none of them. */
function withSecrets(ctxJson: string, secrets: readonly string[]): string {
  return secrets.length === 0 ? ctxJson : `${ctxJson.slice(0, -1)},"secrets":[${secrets.join(',')}]}`;
}

const NOTHING_RUN = { callCount: 0, traceBytes: 0, droppedCalls: 0, startedAtMs: 0 } as const;

function failedOutcome(message: string): SandboxOutcome {
  return {
    status: 'failed',
    failureKind: 'failure',
    retryable: false,
    resultJson: failureJson(message),
    ...NOTHING_RUN,
  };
}

function startedRow(dispatchId: string, runId: string, run: PlannedRun) {
  const { target, runType } = run;
  return {
    dispatchId,
    runId,
    projectId: target.projectId,
    buildId: target.buildId,
    handlerKey: target.handlerKey,
    functionName: target.functionName,
    runType,
  };
}

/** Where the time went before the program began. */
function queueTiming(row: ClaimedRow, startedMs: number): object {
  return {
    backend: 'bull',
    enqueued_at: new Date(row.created_ms).toISOString(),
    claimed_at: new Date(row.started_ms).toISOString(),
    ...(row.attempt > 0 || row.delivery > 1
      ? { retry_queue_age_us: Math.max(0, Math.round((row.started_ms - row.created_ms) * 1_000)) }
      : { queue_wait_us: Math.max(0, Math.round((row.started_ms - row.created_ms) * 1_000)) }),
    redelivered: row.delivery > 1,
    worker_preparation_us: Math.max(0, Math.round((startedMs - row.started_ms) * 1_000)),
  };
}
