/**
 * What happens in one environment, as messages. Compares each look at the database with the one before: rows in,
 * messages out. The first look only learns how things are.
 */
import type { LiveMessage, LiveRun } from '@app/contracts';
import {
  failurePreview,
  MAX_CHANGES,
  sourceName,
  statusName,
  typeName,
  type ChangedRun,
  type Changes,
  type ProjectState,
} from '@app/observe';
import { LRUCache } from 'lru-cache';

const REMEMBERED = 5_000;
const MAX_PENDING = 500;

const END_TOPICS = { succeeded: 'run:stop', failed: 'run:fail', cancelled: 'run:cancel' } as const;

export class EnvFeed {
  private readonly live = new Map<string, { readonly status: number; readonly dataSeq: number }>();
  private readonly ended = new LRUCache<string, true>({ max: REMEMBERED });
  private readonly started = new LRUCache<string, true>({ max: REMEMBERED });
  private readonly events = new LRUCache<string, string>({ max: REMEMBERED });
  private readonly pending = new Set<string>();
  private projects = new Map<string, ProjectState>();
  private primed = false;

  get liveRunIds(): readonly string[] {
    return [...this.live.keys()];
  }

  get pendingEventIds(): readonly string[] {
    return [...this.pending].slice(0, MAX_PENDING);
  }

  /** Takes note of a look and answers what is new since the one before. */
  take(changes: Changes): readonly LiveMessage[] {
    const messages = [...this.takeEvents(changes), ...this.takeRuns(changes), ...this.takeProjects(changes)];
    if (!this.primed) {
      this.primed = true;
      return [];
    }
    const many = changes.runs.length > MAX_CHANGES || changes.events.length > MAX_CHANGES;
    return many && messages.length > 0 ? [{ topic: 'resync', data: { reason: 'busy' } }] : messages;
  }

  private takeRuns({ runs }: Changes): LiveMessage[] {
    const messages: LiveMessage[] = [];
    const seenLive = new Set<string>();
    for (const run of [...runs].sort((a, b) => (a.run_id < b.run_id ? -1 : 1))) {
      const status = statusName(run.status);
      if (status === 'running' || status === 'pending_retry') {
        seenLive.add(run.run_id);
        messages.push(...this.takeLive(run));
        continue;
      }
      this.live.delete(run.run_id);
      if (this.ended.has(run.run_id)) continue;
      this.ended.set(run.run_id, true);
      if (!this.started.has(run.run_id)) messages.push(...this.start(run));
      messages.push({ topic: END_TOPICS[status], data: toLiveRun(run) });
    }
    // Neither live nor ended: given back to the queue, or of an environment that is being emptied.
    for (const runId of this.live.keys()) if (!seenLive.has(runId)) this.live.delete(runId);
    return messages;
  }

  private takeLive(run: ChangedRun): LiveMessage[] {
    const before = this.live.get(run.run_id);
    const dataSeq = run.data_seq ?? -1;
    this.live.set(run.run_id, { status: run.status, dataSeq });
    const messages: LiveMessage[] = [];
    if (!this.started.has(run.run_id)) messages.push(...this.start(run));
    if (dataSeq > (before?.dataSeq ?? -1)) {
      messages.push({
        topic: 'stream:data',
        data: { stream_id: run.stream_id, run_id: run.run_id, data_type: run.data_type ?? '' },
      });
    }
    if (statusName(run.status) === 'pending_retry' && before?.status !== run.status) {
      messages.push({ topic: 'run:retry', data: toLiveRun(run) });
    }
    return messages;
  }

  private start(run: ChangedRun): LiveMessage[] {
    this.started.set(run.run_id, true);
    const data: LiveRun = {
      ...toLiveRun(run),
      status: 'running',
      stopped_at: null,
      duration_us: null,
      error_preview: null,
      next_attempt_at: null,
    };
    return [{ topic: 'run:start', data }];
  }

  private takeEvents({ events }: Changes): LiveMessage[] {
    const messages: LiveMessage[] = [];
    for (const event of [...events].sort((a, b) => (a.event_id < b.event_id ? -1 : 1))) {
      const { event_id, stream_id, state } = event;
      const before = this.events.get(event_id);
      if (before === state) continue;
      this.events.set(event_id, state);
      if (before === undefined) {
        messages.push({
          topic: 'event:created',
          data: { event_id, stream_id, type: event.event_type, source: sourceName(event.source) },
        });
      }
      if (state === 'pending') {
        this.pending.add(event_id);
      } else {
        this.pending.delete(event_id);
        messages.push({ topic: 'event:handled', data: { event_id, state } });
      }
    }
    return messages;
  }

  private takeProjects({ projects }: Changes): LiveMessage[] {
    const messages: LiveMessage[] = [];
    const now = new Map(projects.map((state) => [state.project, state]));
    for (const state of projects) {
      const before = this.projects.get(state.project);
      const { build_id, runtime_status } = state;
      if (
        build_id !== null &&
        runtime_status !== null &&
        (before?.build_id !== build_id || before.runtime_status !== runtime_status)
      ) {
        messages.push({
          topic: 'build:status',
          data: {
            build_id,
            project: state.project,
            status: runtime_status,
            error: runtime_status === 'failed' ? state.runtime_error : null,
          },
        });
      }
      if (before?.active !== state.active || before.serving_build_id !== state.serving_build_id) {
        messages.push({ topic: 'project:changed', data: { project: state.project } });
      }
    }
    for (const project of this.projects.keys()) {
      if (!now.has(project)) messages.push({ topic: 'project:changed', data: { project } });
    }
    this.projects = now;
    return messages;
  }
}

const toLiveRun = (run: ChangedRun): LiveRun => ({
  run_id: run.run_id,
  stream_id: run.stream_id,
  event_id: run.event_id,
  status: statusName(run.status),
  type: typeName(run.run_type),
  function: run.function_name,
  project: run.project,
  started_at: iso(run.started_at) ?? '',
  stopped_at: iso(run.stopped_at),
  duration_us: run.duration_us,
  error_preview: failurePreview(run.result_head),
  next_attempt_at: iso(run.next_attempt_at),
});

const iso = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString());
