/**
 * From a claimed row to its outcome in the database. Never throws for reasons of the program. Everything it writes
 * names the incarnation that claimed the row, so that whatever was overtaken meanwhile stays without effect.
 */
import { LargeValueLostError, LargeValues } from '@app/blobs';
import {
  DISPATCH_KINDS,
  readRestarts,
  refusalOf,
  RUN_TYPES,
  withRestart,
  type ClaimedRow,
  type Restart,
  type SiblingRow,
} from '@app/dispatch';
import { RunSettler } from '@app/dispatch/worker';
import { newId } from '@app/kernel';
import { SecretUnreadableError } from '@app/platform/crypto';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import type { RunTarget } from '../serving.port';
import { RunTasks } from '../tasks.port';
import type { ActiveRun } from './active-run';
import { EventSeals } from '../event-seals';
import type { SystemEffect } from './extension-points';
import { RunAnnouncer } from './run-announcer';
import { RunEnding } from './run-ending';
import { RunRouter, type PlannedRun } from './run-router';
import { RunStarter } from './run-starter';

/** Innocent runs of a dead isolate begin again in place; one that keeps being there counts as a suspect after this. */
const MAX_INNOCENT_RESTARTS = 5;
const PUT_BACK_MS = 1_000;
const EFFECT_LATER_MS = 100;

/** Tasks have slots, and an end, of their own. */
export type RunKind = 'runs' | 'tasks';

@Injectable()
export class RunExecutor {
  private readonly log = new Logger(RunExecutor.name);
  private readonly active = new Map<string, ActiveRun>();

  constructor(
    @Optional() @Inject(RunTasks) private readonly tasks: RunTasks | null,
    private readonly router: RunRouter,
    private readonly starter: RunStarter,
    private readonly ending: RunEnding,
    private readonly settler: RunSettler,
    private readonly announcer: RunAnnouncer,
    private readonly seals: EventSeals,
    private readonly values: LargeValues,
  ) {}

  /** Of events and calls, or tasks. */
  running(kind: RunKind): number {
    return this.of(kind).length;
  }

  /**
   * Runs what the row stands for. Resolves when all of it has been settled.
   * @param target the handler that the row was claimed for, null when that is to be found out
   */
  async execute(claimed: ClaimedRow, incarnation: string, target: RunTarget | null): Promise<void> {
    let row = claimed;
    try {
      // Seals were made before large values were taken out: their places are those of the whole text.
      if (this.values.holdsReferences(row.event_data)) row = await this.whole(row);
      row = this.seals.opened(row);
      if (target !== null && row.handler_key === target.handlerKey) {
        const planned =
          row.run_type === RUN_TYPES.call
            ? this.router.planForCall(row, target)
            : this.router.planFor(row, target);
        if (planned !== null) {
          this.announcer.handled(row, target);
          return await this.runOne(row, incarnation, planned);
        }
      }
      await this.route(row, incarnation);
    } catch (error) {
      const problem =
        error instanceof SecretUnreadableError
          ? `The secrets in the data of this event can not be read: ${error.message}`
          : error instanceof LargeValueLostError
            ? error.message
            : null;
      if (problem !== null) {
        return this.failUnreadable(row, incarnation, problem).catch(() => this.giveBack(row, incarnation));
      }
      await this.failed(row, incarnation, error);
    }
  }

  /** Something else than the program failed. What stands in the way may be gone the next time; if not, the row must end. */
  private async failed(row: ClaimedRow, incarnation: string, error: unknown): Promise<void> {
    const cause = refusalOf(error);
    this.log.error({
      event: 'run.not_executed',
      dispatchId: row.dispatch_id,
      runId: row.run_id,
      ...(cause === null
        ? { error: error instanceof Error ? error.stack : error }
        : { cause, at: framesOf(error) }),
    });
    if (cause === null) return this.giveBack(row, incarnation);
    await this.ending.undeliverable(row, incarnation, cause).catch(() => this.giveBack(row, incarnation));
  }

  /** What it was sent can't be opened or is not there any more: no worker with these keys can ever run it. */
  private failUnreadable(row: ClaimedRow, incarnation: string, message: string): Promise<void> {
    return this.ending.failAtOnce(row, incarnation, {
      runType: Object.values(RUN_TYPES).find((type) => type === row.run_type) ?? RUN_TYPES.event,
      functionName: row.function_name ?? row.event_type,
      message,
    });
  }

  private async whole(row: ClaimedRow): Promise<ClaimedRow> {
    const { org_id: orgId, env_id: envId, event_id: ownerId, event_data: text } = row;
    return { ...row, event_data: await this.values.whole({ orgId, envId }, { ownerId, text }) };
  }

  /** A row that can't be claimed, if that will not change: after a few tickets it becomes a dead letter. */
  async unclaimable(dispatchId: string, incarnation: string | null, error: unknown): Promise<void> {
    const cause = refusalOf(error);
    if (cause === null || incarnation === null) return;
    await this.ending.unclaimable(dispatchId, incarnation, cause).catch((failure: unknown) => {
      this.log.warn({ event: 'claim.not_buried', dispatchId, cause: refusalOf(failure) });
    });
  }

  /** Asks runs to stop because somebody cancelled them. */
  cancel(runIds: readonly string[]): void {
    for (const runId of runIds) {
      const run = this.active.get(runId);
      if (run === undefined) continue;
      const graceMs = isTask(run) ? (this.tasks?.cancelled(run.row.dispatch_id) ?? 0) : 0;
      const asked = run.cancelRequested;
      run.cancelRequested = true;
      if (graceMs === 0) run.handle?.stop('cancelled');
      // Told again at every renewal of the lease.
      else if (!asked) setTimeout(() => run.handle?.stop('cancelled'), graceMs).unref();
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
  async giveBackAll(kind: RunKind): Promise<void> {
    const runs = this.of(kind);
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
    if (kind === 'runs') this.ending.stop();
  }

  private of(kind: RunKind): readonly ActiveRun[] {
    return [...this.active.values()].filter((run) => isTask(run) === (kind === 'tasks'));
  }

  private async route(row: ClaimedRow, incarnation: string): Promise<void> {
    const plan = await this.router.plan(row);
    switch (plan.kind) {
      case 'wait':
        await this.putBack(row, incarnation, PUT_BACK_MS);
        return;
      case 'unhandled':
        await this.settler.unhandled(incarnation, row.dispatch_id, row.run_id);
        return;
      case 'effect':
        await this.applyEffect(row, incarnation, plan.effect);
        return;
      case 'impossible':
        await this.ending.failAtOnce(row, incarnation, plan.run);
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
    // Its row says everything since it was written.
    if (row.run_type === RUN_TYPES.task) return this.runOne(row, incarnation, own);
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
          (error: unknown) =>
            this.failed({ ...row, dispatch_id: dispatchId, run_id: runId }, incarnation, error),
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
    let streamDataCount = 0;
    try {
      this.announcer.started(row, planned.runType, planned.target, planned.target.functionName);
      for (let restart = 0; ; restart += 1) {
        const { outcome, host } = await this.starter.run(active, planned, {
          starts: restart,
          streamDataCount,
        });
        ({ streamDataCount } = host);
        if (active.dropped) return;
        if (outcome.status !== 'lost') return await this.ending.settle(active, planned, outcome, host);
        const innocent = !outcome.suspect && restart < MAX_INNOCENT_RESTARTS;
        if (!innocent) return await this.ending.redeliver(active, planned, outcome.reason, host);
        if (!(await this.noteRestart(active, outcome.reason))) return;
      }
    } catch (error) {
      const cause = refusalOf(error);
      if (cause === null || active.dropped) throw error;
      // Never the error itself: messages of the database quote the values that it refuses.
      this.log.error({ event: 'run.unrecordable', runId: row.run_id, cause, at: framesOf(error) });
      await this.ending.unrecordable(active, planned, cause, streamDataCount);
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

  /** An event that is a command to the platform. */
  private async applyEffect(row: ClaimedRow, incarnation: string, effect: SystemEffect): Promise<void> {
    const outcome = await effect(row);
    if (outcome === 'later') {
      await this.putBack(row, incarnation, EFFECT_LATER_MS);
      return;
    }
    if (outcome === null) {
      await this.settler.discard(incarnation, row.dispatch_id, row.run_id);
      this.announcer.handled(row, null);
      return;
    }
    const run = { runType: RUN_TYPES.call, functionName: row.event_type };
    await ('result' in outcome
      ? this.ending.succeedAtOnce(row, incarnation, run, outcome.result)
      : this.ending.failAtOnce(row, incarnation, { ...run, message: outcome.problem }));
  }

  private async giveBack(
    row: ClaimedRow,
    incarnation: string,
    restarts: readonly Restart[] | null = null,
  ): Promise<void> {
    // When this fails the end of the lease gives it back.
    await this.putBack(row, incarnation, PUT_BACK_MS, restarts).catch(() => undefined);
  }

  private putBack(
    row: ClaimedRow,
    incarnation: string,
    inMs: number,
    restarts: readonly Restart[] | null = null,
  ): Promise<void> {
    return this.settler.putBack(incarnation, [
      {
        dispatchId: row.dispatch_id,
        runId: row.run_id,
        dueMs: Date.now() + inMs,
        restarts: restarts && JSON.stringify(restarts),
      },
    ]);
  }
}

function framesOf(error: unknown): readonly string[] {
  const lines = error instanceof Error ? (error.stack?.split('\n') ?? []) : [];
  return lines.map((line) => line.trim()).filter((line) => line.startsWith('at '));
}

function isTask(run: ActiveRun): boolean {
  return run.row.run_type === RUN_TYPES.task;
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
