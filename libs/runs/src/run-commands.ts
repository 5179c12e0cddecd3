/** Tables: dispatch (update, insert, delete), run (read, insert), event (read). What people ask of runs. */
import {
  cancelWaiting,
  CounterSlots,
  TicketSender,
  workerChannel,
  type EventRouting,
  type WorkerNotice,
} from '@app/dispatch';
import { cut, EventCommands, EventReads, scanJson } from '@app/events';
import {
  BadRequestError,
  ConflictError,
  newId,
  NotFoundError,
  type EnvScope,
  type Principal,
} from '@app/kernel';
import { Db } from '@app/platform/database';
import { LiveBus } from '@app/platform/live';
import { Injectable } from '@nestjs/common';
import { RunReads } from './run.queries';

const REQUEST_CANCEL = `
UPDATE hot.dispatch SET cancel_requested = 1
WHERE env_id = $1 AND run_id = $2 AND kind = 2 AND state = 2 RETURNING incarnation`;

const CANCEL_WAITING = cancelWaiting('env_id = $1 AND run_id = $2', '$3::smallint', '$4::text');

const RETRY = `
INSERT INTO hot.dispatch (dispatch_id, kind, org_id, env_id, retention_class, event_id, stream_id, event_type, project_id,
  build_id, handler_key, function_name, run_type, retry_of_run_id, origin_run_id, attempt, due_at, by_user_id, access_id)
SELECT $3, 2, $4, r.env_id, r.retention_class, r.event_id, r.stream_id, e.event_type, r.project_id, r.build_id,
  r.handler_key, r.function_name, r.run_type, r.run_id, r.origin_run_id, r.retry_attempt + 1,
  now() + interval '2 seconds', $5, r.access_id
FROM hot.run r JOIN hot.event e ON e.event_id = r.event_id AND e.retention_class = r.retention_class
WHERE r.env_id = $1 AND r.run_id = $2 AND r.status = 3 AND r.run_type <> 7
  AND NOT EXISTS (SELECT 1 FROM hot.run n WHERE n.event_id = r.event_id AND n.retry_of_run_id = r.run_id)
  AND NOT EXISTS (SELECT 1 FROM hot.dispatch n WHERE n.event_id = r.event_id AND n.retry_of_run_id = r.run_id)
ON CONFLICT DO NOTHING
RETURNING dispatch_id`;

const CANCELLED = JSON.stringify({ $type: '::hot::run/Cancellation', $val: { msg: 'Cancelled' } });

export interface RerunOptions {
  /** JSON text instead of what the run was called with: the data of an event, the list of arguments of a call. */
  readonly input?: string | undefined;
  /** On the build that ran it, also when another one serves by now. */
  readonly onOriginalBuild?: boolean;
}

@Injectable()
export class RunCommands {
  constructor(
    private readonly db: Db,
    private readonly bus: LiveBus,
    private readonly tickets: TicketSender,
    private readonly slots: CounterSlots,
    private readonly reads: RunReads,
    private readonly eventReads: EventReads,
    private readonly events: EventCommands,
  ) {}

  /**
   * Asks a run to stop. The request is durable when this resolves; the run ends soon after, as cancelled unless it was
   * done before. Throws NotFoundError, and ConflictError when the run has ended already.
   */
  async cancel(scope: EnvScope, runId: string): Promise<void> {
    const asked = await this.db.queryOne<{ incarnation: string }>(REQUEST_CANCEL, [scope.envId, runId]);
    if (asked !== undefined) {
      const notice: WorkerNotice = { k: 'cancel', runId };
      this.bus.publish(workerChannel(asked.incarnation), JSON.stringify(notice));
      return;
    }
    const waiting = await this.db.query(CANCEL_WAITING, [
      scope.envId,
      runId,
      this.slots.of('retry'),
      CANCELLED,
    ]);
    if (waiting.length > 0) return;
    const run = await this.reads.get(scope, runId);
    throw new ConflictError(`The run has ended already: it is ${run.status}`);
  }

  /**
   * Tries a failed run again: same event, same stream, the same handler of the build that serves now. Answers the id of
   * the row that will run. Throws ConflictError when it has not failed or has a successor already.
   */
  async retry(scope: EnvScope, runId: string, byUserId: string): Promise<{ readonly dispatchId: string }> {
    const row = await this.db.queryOne<{ dispatch_id: string }>(RETRY, [
      scope.envId,
      runId,
      newId(),
      scope.orgId,
      byUserId,
    ]);
    if (row === undefined) {
      const run = await this.reads.get(scope, runId);
      if (run.runType === 'task') throw new ConflictError('A task is repeated by its own options');
      throw new ConflictError(
        run.status === 'failed'
          ? 'The run was retried already'
          : `Only failed runs can be retried: it is ${run.status}`,
      );
    }
    this.tickets.send([{ dispatchId: row.dispatch_id, hint: null, isRetry: false }]);
    return { dispatchId: row.dispatch_id };
  }

  /**
   * Runs a finished run's handler again with a copy of its event, in a stream of its own. Answers the new event's id.
   * Throws BadRequestError for an input that is no JSON, or no list of arguments where a function was called, and
   * LargeValueLostError when its event is not there as a whole.
   */
  async rerun(
    principal: Principal,
    runId: string,
    options: RerunOptions = {},
  ): Promise<{ readonly eventId: string; readonly streamId: string }> {
    const run = await this.reads.get(principal, runId);
    if (run.status === 'running') throw new ConflictError('The run is still going on');
    if (run.runType === 'task') throw new ConflictError('A task is started by a program; run that one again');
    if (run.eventId === null) throw new NotFoundError('Event');
    const event = await this.eventReads.whole(principal, run.eventId);
    const routing: EventRouting = {
      rerunOf: runId,
      ...(options.onOriginalBuild === true && run.buildId !== null ? { buildId: run.buildId } : {}),
      ...(run.projectId === null || run.functionName === null
        ? {}
        : run.runType === 'call'
          ? { projectId: run.projectId }
          : { handler: { projectId: run.projectId, key: await this.handlerKey(principal, runId) } }),
    };
    const copy = await this.events.publish(
      { ...principal, accessId: null },
      {
        eventType: event.eventType,
        eventData:
          options.input === undefined
            ? event.eventData
            : withInput(event.eventType, event.eventData, options.input),
        streamId: null,
      },
      { source: 'app', routing, sealed: options.input === undefined ? event.sealed : null },
    );
    return { eventId: copy.eventId, streamId: copy.streamId };
  }

  private async handlerKey(scope: EnvScope, runId: string): Promise<string> {
    const row = await this.db.queryOne<{ handler_key: string }>(
      `SELECT handler_key FROM hot.run WHERE env_id = $1 AND run_id = $2
       UNION ALL SELECT handler_key FROM hot.dispatch WHERE env_id = $1 AND run_id = $2 LIMIT 1`,
      [scope.envId, runId],
    );
    if (row === undefined) throw new NotFoundError('Run');
    return row.handler_key;
  }
}

function withInput(eventType: string, eventData: string, input: string): string {
  const scan = scanJson(input);
  if (!scan.ok) throw new BadRequestError(`input is not valid JSON: ${scan.problem} at position ${scan.at}`);
  if (eventType !== 'hot:call' && eventType !== 'hot:schedule') return input;
  if (scan.kind !== 'array') throw new BadRequestError('input must be a JSON list of arguments');
  const call = scanJson(eventData);
  const fn = call.ok ? call.members.get('fn') : undefined;
  if (fn === undefined) throw new ConflictError('The run did not call a function that can be called again');
  return `{"fn":${cut(eventData, fn)},"args":${input}}`;
}
