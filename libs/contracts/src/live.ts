import type { EventSourceName, EventStateName } from './events';
import type { BuildRuntimeStatus } from './projects';
import type { RunStatusName, RunTypeName } from './runs';

/**
 * GET {E}/live?after=<id> — server-sent events. Each is one unnamed message: `id:` (opaque), `data:` a LiveMessage.
 * `after` (or Last-Event-ID) asks for what came since; when that cannot be told, the first message is `resync` and
 * open views fetch again. A `heartbeat` comes every 15 s. The server may close after five minutes.
 */
export type LiveMessage =
  | { readonly topic: 'run:start'; readonly data: LiveRun }
  | { readonly topic: 'run:stop' | 'run:fail' | 'run:cancel' | 'run:retry'; readonly data: LiveRun }
  | { readonly topic: 'event:created'; readonly data: LiveEvent }
  | {
      readonly topic: 'event:handled';
      readonly data: { readonly event_id: string; readonly state: EventStateName };
    }
  | {
      readonly topic: 'stream:data';
      readonly data: {
        readonly stream_id: string;
        readonly run_id: string;
        readonly data_type: string;
      };
    }
  | {
      readonly topic: 'build:status';
      readonly data: {
        readonly build_id: string;
        readonly project: string;
        readonly status: BuildRuntimeStatus;
        readonly error: string | null;
      };
    }
  | { readonly topic: 'project:changed'; readonly data: { readonly project: string } }
  | { readonly topic: 'heartbeat'; readonly data: { readonly now: string } }
  | { readonly topic: 'resync'; readonly data: { readonly reason: string } };

export type LiveTopic = LiveMessage['topic'];

export interface LiveRun {
  readonly run_id: string;
  readonly stream_id: string;
  readonly event_id: string | null;
  readonly status: RunStatusName;
  readonly type: RunTypeName;
  readonly function: string | null;
  readonly project: string | null;
  readonly started_at: string;
  readonly stopped_at: string | null;
  readonly duration_us: number | null;
  readonly error_preview: string | null;
  readonly next_attempt_at: string | null;
}

export interface LiveEvent {
  readonly event_id: string;
  readonly stream_id: string;
  readonly type: string;
  readonly source: EventSourceName;
}
