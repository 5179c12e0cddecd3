import type { Attribution, Can, RunDetail } from '@app/contracts';
import { DEFAULT_RETRY_LIMITS, readRetryPolicy, type EventRouting } from '@app/dispatch';
import { roleMay, type Role } from '@app/identity';
import {
  readInfo,
  statusName,
  toFailure,
  toRunRow,
  typeName,
  type RunDetailRecord,
  type RunInfo,
} from '@app/observe';

const OK: Can = { ok: true };
const no = (reason: string): Can => ({ ok: false, reason });

export function toRunDetail(run: RunDetailRecord, attribution: Attribution, role: Role): RunDetail {
  const info = readInfo(run.info);
  return {
    ...toRunRow(run),
    failure: isFailure(run) ? toFailure(run.failure, run.failure_kind) : null,
    max_attempts: maxAttemptsOf(run),
    rerun_of_run_id: routingOf(run).rerunOf ?? null,
    accepted_at: run.event_time?.toISOString() ?? info.enqueuedAt,
    call_count: run.call_count,
    trace_bytes: run.trace_bytes,
    stream_data_count: run.stream_data_count,
    notes: notesOf(run, info),
    attribution,
    has_input: run.event_time !== null,
    has_result: run.has_result,
    can: { retry: mayRetry(run, role), rerun: mayRerun(run, role), cancel: mayCancel(run, role) },
  };
}

const isFailure = (run: RunDetailRecord): boolean =>
  ['failed', 'pending_retry'].includes(statusName(run.status));

/** How often the handler's own policy lets it try in all. Only handlers of events and schedules have one. */
function maxAttemptsOf(run: RunDetailRecord): number | null {
  if (run.handler_meta === null) return null;
  const meta = run.handler_meta as { readonly retry?: unknown }; // a JSON object, written by the compiler
  return 1 + readRetryPolicy(meta.retry, DEFAULT_RETRY_LIMITS).attempts;
}

function notesOf(run: RunDetailRecord, info: RunInfo): readonly string[] {
  const notes: string[] = [];
  if (run.delivery > 1) notes.push(`Handed out again ${run.delivery - 1} time(s), because what ran it died`);
  if (info.restarts.length > 0)
    notes.push(
      `Begun again ${info.restarts.length} time(s), not by its own fault: ${[...new Set(info.restarts)].join('; ')}. What it had sent before may be there twice`,
    );
  if (run.cancel_requested) notes.push('Asked to stop; it ends at the next safe point');
  if (info.droppedCalls > 0)
    notes.push(`${info.droppedCalls} calls were not recorded: the trace reached its limit`);
  const warning = warningText(info.warning);
  if (warning !== undefined) notes.push(warning);
  return notes;
}

function warningText(warning: unknown): string | undefined {
  if (typeof warning === 'string') return warning;
  if (typeof warning !== 'object' || warning === null) return undefined;
  const { matched_projects: matched, selected_project: selected } = warning as Readonly<
    Record<string, unknown>
  >;
  if (!Array.isArray(matched) || typeof selected !== 'string') return undefined;
  return `Several projects have this function (${matched.join(', ')}); ${selected} was chosen`;
}

function routingOf(run: RunDetailRecord): EventRouting {
  if (run.event_routing === null) return {};
  return JSON.parse(run.event_routing) as EventRouting; // written by the server, never by a client
}

const isTask = (run: RunDetailRecord): boolean => typeName(run.run_type) === 'task';

function mayRetry(run: RunDetailRecord, role: Role): Can {
  if (!roleMay(role, 'run.execute')) return no('You need "run.execute"');
  if (statusName(run.status) === 'pending_retry') return no('Another attempt is already planned');
  if (isTask(run)) return no('A task is repeated by its own options');
  if (statusName(run.status) !== 'failed') return no('Only failed runs can be retried');
  if (run.event_time === null) return no('The input of this run is no longer kept, so it cannot run again');
  if (run.has_live_successor) return no('Another attempt of this handler is already on its way');
  return run.handler_serves ? OK : no('No build of the project serves at the moment');
}

function mayRerun(run: RunDetailRecord, role: Role): Can {
  if (!roleMay(role, 'run.execute')) return no('You need "run.execute"');
  if (isTask(run)) return no('A task is started by a program; run that one again');
  if (statusName(run.status) === 'running') return no('The run has not finished yet');
  if (run.event_time === null) return no('The input of this run is no longer kept, so it cannot run again');
  return run.handler_serves ? OK : no('No build of the project serves at the moment');
}

function mayCancel(run: RunDetailRecord, role: Role): Can {
  if (!roleMay(role, 'run.cancel')) return no('You need "run.cancel"');
  if (!run.live) return no('The run has finished');
  return run.cancel_requested ? no('It has been asked to stop already') : OK;
}
