/**
 * What processes tell each other after a commit, and on which channel. The env channel carries the very JSON that
 * subscribers of an environment get; the stream channel carries what a subscriber of a stream needs to build it.
 * The env channel never carries event data or results. The stream channel exists for stream data, and brings small
 * results along: a subscriber waits for them, and reading each from the database costs more than all else that is done
 * for it. Channels keep nothing.
 */
import type { RunStatusName, RunTypeName } from './states';

export function envChannel(envId: string): string {
  return `env:${envId}`;
}

/** The env is part of the name: knowing a stream's id does not open another env's channel. */
export function streamChannel(envId: string, streamId: string): string {
  return `stream:${envId}:${streamId}`;
}

/** Hints to one worker. */
export function workerChannel(incarnation: string): string {
  return `worker:${incarnation}`;
}

/**
 * Ids of tasks that ended, or that have something to read: for the workers in which somebody waits for it. One channel
 * for all of them, so that waiting costs no subscription.
 */
export const TASKS_CHANNEL = 'tasks';

export const ENV_NOTICE_TYPES = [
  'run:start',
  'run:stop',
  'run:fail',
  'run:cancel',
  'event:created',
  'event:handled',
  'stream:created',
  'task:started',
  'task:complete',
] as const;
export type EnvNoticeType = (typeof ENV_NOTICE_TYPES)[number];

/** A run as clients see it, without its result. */
export interface RunHead {
  readonly run_id: string;
  readonly env_id: string;
  readonly stream_id: string;
  readonly build_id: string | null;
  readonly run_type: RunTypeName;
  readonly status: RunStatusName;
  readonly start_time: string;
  readonly stop_time: string | null;
  readonly origin_run_id: string | null;
  readonly event_id: string | null;
  readonly result: null;
  readonly project_id: string | null;
  readonly project_name: string | null;
  readonly retry_attempt: number;
  readonly next_retry_at: string | null;
}

/**
 * `run`: a run began; everything a subscriber is told is in it. `end`: a run reached this status and `data` pieces of
 * stream data went out before. `data`: one piece, in order per run. `task`: a task changed; it has to be read.
 */
export type StreamNotice =
  | { readonly k: 'run'; readonly run: RunHead }
  | {
      readonly k: 'end';
      readonly runId: string;
      readonly projectId: string | null;
      readonly status: Exclude<RunStatusName, 'running'>;
      readonly data: number;
      /** The run as the database has it by now, but for its result. Without it, it has to be read. */
      readonly run?: RunHead & { readonly function_name: string | null };
      /** JSON text, to the letter; only beside `run`. */
      readonly result?: string;
    }
  | {
      readonly k: 'task';
      readonly taskId: string;
      /** Of its attempt; null while there is none. */
      readonly runId: string | null;
      readonly projectId: string | null;
    }
  | {
      readonly k: 'data';
      readonly runId: string;
      readonly projectId: string | null;
      readonly seq: number;
      readonly id: string;
      readonly type: string;
      /** JSON text. */
      readonly payload: string;
    };

/** Longer results are read from the database by those who watch. */
export const MAX_RESULT_IN_NOTICE = 8 * 1024;

/** The result stands behind the first line break: it must come out as it went in, so it is never part of other JSON. */
export function encodeStreamNotice(notice: StreamNotice): string {
  if (notice.k !== 'end' || notice.result === undefined) return JSON.stringify(notice);
  const { result, ...head } = notice;
  return `${JSON.stringify(head)}\n${result}`;
}

export function decodeStreamNotice(message: string): StreamNotice {
  const end = message.indexOf('\n');
  // Written by our own processes.
  if (end < 0) return JSON.parse(message) as StreamNotice;
  return {
    ...(JSON.parse(message.slice(0, end)) as StreamNotice),
    result: message.slice(end + 1),
  } as StreamNotice;
}

export type WorkerNotice = { readonly k: 'cancel'; readonly runId: string };
