/** What a run is handed: the argument text, `info()` and limits. Texts are put together, user documents never parsed. */
import { RUN_TYPES, runTypeName, type ClaimedRow, type RetryPolicy } from '@app/dispatch';
import { cut, scanJson } from '@app/events';
import type { EnvFacts, RunTarget } from '../serving.port';

/** The argument of an event handler: one map. */
export function eventArgs(row: ClaimedRow): string {
  const nanoseconds = `${Math.trunc(row.event_ms)}${String(Math.round((row.event_ms % 1) * 1e6)).padStart(6, '0')}`;
  return (
    `[{"type":${JSON.stringify(row.event_type)},"data":${row.event_data},"id":"${row.event_id}",` +
    `"stream-id":"${row.stream_id}",` +
    `"time":{"$type":"::hot::time/Instant","$val":{"epochNanoseconds":${nanoseconds}}}}]`
  );
}

export interface FunctionCall {
  readonly fn: string;
  /** JSON array text. */
  readonly argsJson: string;
}

/** What a `hot:call` or `hot:schedule` event asks for; a sentence when it asks for nothing that can be called. */
export function readCall(eventData: string): FunctionCall | { readonly problem: string } {
  const scan = scanJson(eventData);
  if (!scan.ok || scan.kind !== 'object')
    return { problem: 'The data of a call must be a map with fn and args' };
  const fnSpan = scan.members.get('fn');
  const fn = fnSpan === undefined ? null : functionName(cut(eventData, fnSpan));
  if (fn === null) return { problem: 'fn must name a function, as ::namespace/name' };
  const argsSpan = scan.members.get('args');
  const args = argsSpan === undefined ? 'null' : cut(eventData, argsSpan);
  if (args === 'null') return { fn, argsJson: '[]' };
  if (!args.startsWith('[')) return { problem: 'args must be a list' };
  return { fn, argsJson: args };
}

/** A name, or a function reference as it looks in JSON. */
function functionName(json: string): string | null {
  const value: unknown = JSON.parse(json);
  if (typeof value === 'string' && value.length > 0) return value;
  if (typeof value !== 'object' || value === null || !('$val' in value)) return null;
  const inner = value.$val;
  if (typeof inner === 'string') return inner;
  return typeof inner === 'object' && inner !== null && 'name' in inner && typeof inner.name === 'string'
    ? inner.name
    : null;
}

/** JSON of what `info()` answers; parts that do not apply are null. */
export function runInfo(
  row: ClaimedRow,
  target: RunTarget,
  env: EnvFacts,
  runType: number,
  {
    policy,
    settings,
    deadlineMs,
  }: {
    readonly policy: RetryPolicy;
    readonly settings: Readonly<Record<string, number>>;
    /** When the run will be stopped. */
    readonly deadlineMs: number;
  },
): string {
  return JSON.stringify({
    run: {
      id: row.run_id,
      type: runTypeName(runType),
      status: 'running',
      'start-time': new Date(row.started_ms).toISOString(),
      'retry-attempt': row.attempt,
      'max-retries': policy.attempts,
      'retry-delay': policy.delayMs,
      'origin-run-id': row.retry_of_run_id ?? row.origin_run_id,
    },
    // The event of a task is the order to start it: nothing that a program was told.
    event: runType === RUN_TYPES.task ? null : { id: row.event_id, type: row.event_type },
    deadline: Math.trunc(deadlineMs),
    stream: { id: row.stream_id },
    build: { id: target.buildId, hash: target.buildHash },
    project: { id: target.projectId, name: target.projectName },
    env: { id: env.envId, name: env.envName },
    user: row.by_user_id === null ? null : { id: row.by_user_id },
    org: { id: env.orgId, slug: env.orgSlug },
    access: row.access_id === null ? null : { id: row.access_id },
    conf: settings,
  });
}

/** What a task is started with besides its argument; the column `start_data` of its row, JSON text. */
export interface TaskStart {
  readonly timeoutMs: number;
  /** As declared: a number, a map, or null. */
  readonly retry: unknown;
  readonly isContainer?: boolean;
}

/** JSON array text: the one argument of a task. */
export function taskArgs(eventData: string): string {
  const scan = scanJson(eventData);
  const span = scan.ok ? scan.members.get('args') : undefined;
  return `[${span === undefined ? 'null' : cut(eventData, span)}]`;
}
