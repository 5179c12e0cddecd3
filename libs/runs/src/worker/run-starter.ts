/** A planned run into the sandbox, with what it may read and reach, until its outcome is there. */
import {
  dispatchConfig,
  EventAcceptor,
  readRetryPolicy,
  RUN_TYPES,
  type DispatchConfig,
} from '@app/dispatch';
import { RunSettler, WorkerLease } from '@app/dispatch/worker';
import { SANDBOX, TASK_SANDBOX, type Sandbox, type SandboxOutcome } from '@app/platform/sandbox';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { ContextUnreadableError, Serving, type RunContext, type RunTarget, type Soon } from '../serving.port';
import { RunTasks } from '../tasks.port';
import type { ActiveRun } from './active-run';
import { EventSeals, type CallerRequest } from '../event-seals';
import { RunSecrets } from '../secret-leaves';
import { HostFunctions, type RunFacts } from './extension-points';
import { RunAnnouncer } from './run-announcer';
import { RunHost, type EarlierStarts } from './run-host';
import { runInfo } from './run-input';
import { cancellationJson, failureJson } from './run-outcome';
import type { PlannedRun } from './run-router';
import { runsWorkerConfig, type RunsWorkerConfig } from './runs-worker.config';
import { StreamDataWriter } from './stream-data-writer';

@Injectable()
export class RunStarter {
  constructor(
    private readonly serving: Serving,
    private readonly settler: RunSettler,
    private readonly lease: WorkerLease,
    private readonly announcer: RunAnnouncer,
    private readonly acceptor: EventAcceptor,
    private readonly streamData: StreamDataWriter,
    private readonly functions: HostFunctions,
    private readonly seals: EventSeals,
    @Inject(SANDBOX) private readonly sandbox: Sandbox,
    @Inject(TASK_SANDBOX) private readonly taskSandbox: Sandbox,
    @Inject(runsWorkerConfig.token) private readonly config: RunsWorkerConfig,
    @Inject(dispatchConfig.token) private readonly dispatch: DispatchConfig,
    @Optional() @Inject(RunTasks) private readonly tasks: RunTasks | null,
  ) {}

  /** Resolves when all that the run did has been settled; its outcome has not. */
  async run(
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
      runType: planned.runType,
      target,
      secrets: new RunSecrets(),
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
    if (planned.isContainer === true) return this.runContainer(active, planned, run, host);
    const env = this.serving.env(row.env_id);
    const context = this.contextOf(target);
    // Together: one that nobody waits for any more would end the process when it fails.
    const isKnown = !(env instanceof Promise) && !(context instanceof Promise);
    const [facts, ctx] = isKnown ? [env, context] : await Promise.all([env, context]);
    if (facts === null) {
      return {
        host,
        outcome: failedOutcome('The environment no longer exists'),
      };
    }
    if ('problem' in ctx) return { host, outcome: failedOutcome(ctx.problem) };
    host.missingContext = ctx.missing;
    const secrets = this.seals.secretsOf(row);
    const request = this.seals.requestOf(row);
    for (const secret of secrets) host.secrets.add(secret);
    const policy = readRetryPolicy(target.retry, this.dispatch);
    const timeoutMs = planned.timeoutMs ?? this.config.runTimeoutMs;
    const sandbox = planned.runType === RUN_TYPES.task ? this.taskSandbox : this.sandbox;
    const handle = sandbox.start({
      runId: row.run_id,
      orgId: row.org_id,
      artifactHash: target.artifactHash,
      loadArtifact: () => this.serving.artifact(target),
      fn: target.functionName,
      argsJson: planned.argsJson,
      infoJson: runInfo(row, target, facts, planned.runType, {
        policy,
        settings: this.functions.told,
        deadlineMs: Date.now() + timeoutMs,
      }),
      ctxJson: withRequest(withSecrets(ctx.json, secrets), request),
      limits: {
        maxDepth: this.config.maxDepth,
        maxTraceBytes: this.config.maxTraceBytes,
        maxTraceCalls: this.config.maxTraceCalls,
        maxResultBytes: 16 * 1024 * 1024,
      },
      trace: true,
      timeoutMs,
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

  private async runContainer(
    active: ActiveRun,
    planned: PlannedRun,
    run: RunFacts,
    host: RunHost,
  ): Promise<{ readonly outcome: SandboxOutcome; readonly host: RunHost }> {
    if (this.tasks === null) return { host, outcome: failedOutcome('There are no tasks here') };
    const handle = this.tasks.containers.start(run, {
      argsJson: planned.argsJson,
      secrets: this.seals.secretsOf(active.row),
      host,
      tell: (facts) => (host.container = facts),
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
}

/** The runtime masks them from the start, although the run has read none of them. */
function withSecrets(ctxJson: string, secrets: readonly string[]): string {
  return secrets.length === 0 ? ctxJson : `${ctxJson.slice(0, -1)},"secrets":[${secrets.join(',')}]}`;
}

/** What the runtime offers as `hot.request`: true is the first argument. */
function withRequest(ctxJson: string, request: CallerRequest | null): string {
  if (request === null) return ctxJson;
  return `${ctxJson.slice(0, -1)},"request":${request === 'argument' ? 'true' : request.json}}`;
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
