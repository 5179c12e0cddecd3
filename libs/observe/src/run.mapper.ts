import type { HierarchyNode, RunRow } from '@app/contracts';
import { failurePreview } from './failure';
import type { HierarchyRecord } from './run-detail.queries';
import { statusName, typeName } from './run-filter';
import type { RunRecord } from './run-record';

/** What the engine notes about a run beside its result. */
export interface RunInfo {
  readonly waitingUs: number | null;
  readonly enqueuedAt: string | null;
  readonly redelivered: boolean;
  readonly droppedCalls: number;
  readonly warning: unknown;
  /** Why it began again without counting a delivery, each time. */
  readonly restarts: readonly string[];
}

export const toRunRow = (run: RunRecord): RunRow => ({
  run_id: run.run_id,
  status: statusName(run.status),
  type: typeName(run.run_type),
  function: run.function_name === '' ? null : run.function_name,
  error_preview: failurePreview(run.result_head),
  project_id: run.project_id,
  project: run.project,
  build:
    run.build_id === null
      ? null
      : { build_id: run.build_id, hash: run.build_hash ?? '', deployed: run.build_deployed ?? false },
  stream_id: run.stream_id,
  event_id: run.event_id,
  event_type: run.event_type,
  origin_run_id: run.origin_run_id,
  retry_of_run_id: run.retry_of_run_id,
  started_at: run.started_at.toISOString(),
  stopped_at: run.stopped_at?.toISOString() ?? null,
  duration_us: run.duration_us,
  waiting_us: run.waited_us ?? readInfo(run.info).waitingUs,
  attempt: run.attempt + 1,
  next_attempt_at: run.next_attempt_at?.toISOString() ?? null,
});

export const toHierarchyNode = (run: HierarchyRecord): HierarchyNode => ({
  run_id: run.run_id,
  parent_run_id: run.parent_run_id,
  retry_of_run_id: run.retry_of_run_id,
  function: run.function_name,
  type: typeName(run.run_type),
  event_type: run.event_type,
  status: statusName(run.status),
  attempt: run.attempt + 1,
  started_at: run.started_at.toISOString(),
  duration_us: run.duration_us,
});

/** Reads the engine's notes; whatever is missing or odd is left out. */
export function readInfo(text: string | null): RunInfo {
  const info = asObject(parse(text));
  const timing = asObject(info['queue_timing']);
  const truncated = asObject(info['trace_truncated']);
  return {
    waitingUs: asNumber(timing['queue_wait_us']),
    enqueuedAt: typeof timing['enqueued_at'] === 'string' ? timing['enqueued_at'] : null,
    redelivered: timing['redelivered'] === true,
    droppedCalls: asNumber(truncated['dropped']) ?? 0,
    warning: info['warning'] ?? null,
    restarts: asList(info['restarts']).map((each) => asText(asObject(each)['reason'])),
  };
}

function parse(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // written by a version that we do not know
  }
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

const asNumber = (value: unknown): number | null => (typeof value === 'number' ? value : null);
