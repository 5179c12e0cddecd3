/** What a claimed row runs. Pure questions to `Serving`; nothing is written here. */
import {
  DISPATCH_KINDS,
  EVENT_SOURCES,
  RUN_TYPES,
  type ClaimedRow,
  type EventRouting,
  type RunTypeId,
} from '@app/dispatch';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { Serving, type RunTarget } from '../serving.port';
import { RunTasks } from '../tasks.port';
import { SystemEffects, type SystemEffect } from './extension-points';
import { eventArgs, readCall, taskArgs, type TaskStart } from './run-input';

/** One run that a row leads to. */
export interface PlannedRun {
  readonly target: RunTarget;
  readonly runType: RunTypeId;
  readonly argsJson: string;
  /** Something a person should know about how the target was chosen: JSON-able. */
  readonly warning: object | null;
  /** Instead of the worker's own limit. */
  readonly timeoutMs?: number;
  /** A container instead of a function: its target says whose it is. */
  readonly isContainer?: boolean;
}

/** A run that cannot begin: it is recorded as failed. */
export interface ImpossibleRun {
  readonly runType: RunTypeId;
  readonly functionName: string;
  readonly message: string;
}

export type Plan =
  | { readonly kind: 'runs'; readonly runs: readonly [PlannedRun, ...PlannedRun[]] }
  | { readonly kind: 'impossible'; readonly run: ImpossibleRun }
  | { readonly kind: 'effect'; readonly effect: SystemEffect }
  /** Nobody listens; somebody may in a moment. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'unhandled' };

/** How long an event waits for the deployment that may bring its handler. */
const GRACE_MS = 120_000;

@Injectable()
export class RunRouter {
  constructor(
    private readonly serving: Serving,
    private readonly effects: SystemEffects,
    @Optional() @Inject(RunTasks) private readonly tasks: RunTasks | null,
  ) {}

  /** The run of a row that was claimed straight for its handler. */
  planFor(row: ClaimedRow, target: RunTarget): PlannedRun {
    return { target, runType: RUN_TYPES.event, argsJson: eventArgs(row), warning: null };
  }

  /** The run of a row that was claimed straight for the function that its event calls; null when it calls another. */
  planForCall(row: ClaimedRow, target: RunTarget): PlannedRun | null {
    const call = readCall(row.event_data);
    if ('problem' in call || call.fn !== target.functionName) return null;
    return { target, runType: RUN_TYPES.call, argsJson: call.argsJson, warning: null };
  }

  async plan(row: ClaimedRow): Promise<Plan> {
    if (row.run_type === RUN_TYPES.task) return this.planTask(row);
    const routing = readRouting(row.routing);
    if (isCallType(row.event_type) && (row.event_type === 'hot:call' || row.source !== EVENT_SOURCES.api)) {
      return this.planCall(row, routing);
    }
    if (row.kind === DISPATCH_KINDS.run) return this.planKnownHandler(row, row.project_id, row.handler_key);
    if (row.source !== EVENT_SOURCES.api) {
      const effect = this.effects.of(row.event_type);
      if (effect !== undefined) return { kind: 'effect', effect };
    }
    if (routing.handler) return this.planKnownHandler(row, routing.handler.projectId, routing.handler.key);
    const targets =
      routing.buildId === undefined
        ? await this.serving.handlersOf(row.env_id, row.event_type)
        : await this.serving.handlersInBuild(row.env_id, routing.buildId, row.event_type);
    const [first, ...others] = targets;
    if (first === undefined) return this.planNothing(row);
    return {
      kind: 'runs',
      runs: [this.planFor(row, first), ...others.map((target) => this.planFor(row, target))],
    };
  }

  /** Of the build that its starter ran in, also when another one serves by now. */
  private async planTask(row: ClaimedRow): Promise<Plan> {
    const runType = RUN_TYPES.task;
    const functionName = row.function_name ?? '';
    // Written by ourselves.
    const start = JSON.parse(row.start_data ?? '{"timeoutMs":1800000,"retry":null}') as TaskStart;
    if (start.isContainer === true) return this.planContainer(row, start);
    const found = await this.serving.findFunction(row.env_id, functionName, {
      buildId: row.build_id,
      projectId: row.project_id,
    });
    if (found === null) {
      const message = `Function not found: ${functionName} (its build is no longer there)`;
      return { kind: 'impossible', run: { runType, functionName, message } };
    }
    const target: RunTarget = { ...found.target, retry: start.retry ?? undefined };
    return {
      kind: 'runs',
      runs: [
        { target, runType, argsJson: taskArgs(row.event_data), warning: null, timeoutMs: start.timeoutMs },
      ],
    };
  }

  /** An image has no function: what is known of the run is whose it is. */
  private async planContainer(row: ClaimedRow, { timeoutMs }: TaskStart): Promise<Plan> {
    const runType = RUN_TYPES.task;
    const functionName = row.function_name ?? '';
    const admission = (await this.tasks?.containers.admit(row)) ?? { problem: 'There are no tasks here' };
    if (admission === 'later') return { kind: 'wait' };
    if (admission !== 'now')
      return { kind: 'impossible', run: { runType, functionName, message: admission.problem } };
    const target: RunTarget = {
      orgId: row.org_id,
      envId: row.env_id,
      projectId: row.project_id ?? '',
      projectName: '',
      buildId: row.build_id ?? '',
      buildHash: '',
      artifactHash: '',
      handlerKey: functionName,
      functionName,
      retry: undefined,
      agentType: null,
      context: { plainKeys: new Set(), requiredKeys: [] },
    };
    const argsJson = taskArgs(row.event_data);
    return {
      kind: 'runs',
      runs: [{ target, runType, argsJson, warning: null, timeoutMs, isContainer: true }],
    };
  }

  private async planNothing(row: ClaimedRow): Promise<Plan> {
    if (Date.now() - row.created_ms >= GRACE_MS) return { kind: 'unhandled' };
    return (await this.serving.isDeploying(row.env_id)) ? { kind: 'wait' } : { kind: 'unhandled' };
  }

  private async planKnownHandler(row: ClaimedRow, projectId: string | null, key: string): Promise<Plan> {
    const target = projectId === null ? null : await this.serving.handler(row.env_id, projectId, key);
    if (target !== null) {
      return {
        kind: 'runs',
        runs: [{ target, runType: RUN_TYPES.event, argsJson: eventArgs(row), warning: null }],
      };
    }
    // Chosen while the build served that is being loaded anew: it is that one's turn when it serves again.
    if (await this.serving.isDeploying(row.env_id)) return { kind: 'wait' };
    const message =
      row.attempt > 0 ? `Handler ${key} was removed before retry` : `Handler ${key} no longer exists`;
    return { kind: 'impossible', run: { runType: RUN_TYPES.event, functionName: key, message } };
  }

  private async planCall(row: ClaimedRow, routing: EventRouting): Promise<Plan> {
    const runType = row.event_type === 'hot:schedule' ? RUN_TYPES.schedule : RUN_TYPES.call;
    const call = readCall(row.event_data);
    if ('problem' in call) {
      return { kind: 'impossible', run: { runType, functionName: '', message: call.problem } };
    }
    const found = await this.serving.findFunction(row.env_id, call.fn, {
      buildId: routing.buildId ?? null,
      projectId: routing.projectId ?? row.project_id,
    });
    if (found === null) {
      if ((await this.planNothing(row)).kind === 'wait') return { kind: 'wait' };
      const projects = await this.serving.projectNames(row.env_id);
      const searched =
        projects.length === 0 ? 'no project serves here' : `searched in ${projects.join(', ')}`;
      return {
        kind: 'impossible',
        run: { runType, functionName: call.fn, message: `Function not found: ${call.fn} (${searched})` },
      };
    }
    const { target, otherProjects } = found;
    const warning =
      otherProjects.length === 0
        ? null
        : {
            warning: 'route:dup',
            matched_projects: otherProjects,
            selected_project: target.projectName,
            function: call.fn,
          };
    return { kind: 'runs', runs: [{ target, runType, argsJson: call.argsJson, warning }] };
  }
}

function isCallType(eventType: string): boolean {
  return eventType === 'hot:call' || eventType === 'hot:schedule';
}

function readRouting(text: string | null): EventRouting {
  // Written by ourselves.
  return text === null ? {} : (JSON.parse(text) as EventRouting);
}
