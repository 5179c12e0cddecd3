/**
 * One subscriber of a stream: catches up with the present state, then hears what happens. Happenings between the two
 * are kept and told afterwards; what the catching-up has told already is not told again.
 */
import type { SseConnection } from '@app/platform/live';
import { isTerminal, type RunView } from '@app/runs';
import type { TaskView } from '@app/tasks';
import type { Happening } from '../stream-channel';
import { runFrame, startFrame, taskFrame } from '../stream-frames';

/** Kept while the state is being read; beyond this a subscriber is told by the next look instead. */
const MAX_KEPT = 10_000;

/** Notices of what was before this have arrived or never will. */
const JUST_ENDED_MS = 250;
/** An end that waits for its data is told by then: it may have been told to others before this subscriber came. */
const END_AT_LATEST_MS = 2 * JUST_ENDED_MS;

export class StreamSubscriber {
  private connection: SseConnection | null = null;
  private kept: Happening[] = [];
  /** Begun and not ended, as far as this subscriber was told. */
  private readonly started = new Set<string>();
  /** Told while catching up: `runId` + status. */
  private readonly caughtUp = new Set<string>();
  /** Known from catching up, and not told yet: `runId` + status. */
  private readonly awaited = new Set<string>();
  /** How each task looked when it was told last. */
  private readonly tasks = new Map<string, string>();

  /** @param projectId only runs of this project; null for all */
  constructor(private readonly projectId: string | null) {}

  readonly onHappening = (happening: Happening): void => {
    if (this.connection === null) {
      if (this.kept.length < MAX_KEPT) this.kept.push(happening);
    } else {
      this.tell(this.connection, happening);
    }
  };

  /** Writes the state, then what was kept, then everything as it comes. */
  begin(
    connection: SseConnection,
    state: readonly RunView[],
    tasks: readonly TaskView[] = [],
    nowMs = Date.now(),
  ): void {
    for (const run of state) {
      if (!this.isWanted(run.projectId)) continue;
      connection.write(startFrame(run));
      this.caughtUp.add(`${run.runId}running`);
      this.started.add(run.runId);
      if (run.status === 'running') continue;
      if (this.hasDataToCome(run, nowMs)) {
        this.awaitEnd(connection, run);
        continue;
      }
      connection.write(runFrame(run));
      this.caughtUp.add(`${run.runId}${run.status}`);
      if (isTerminal(run.status)) this.started.delete(run.runId);
    }
    for (const task of tasks) this.tellTask(connection, task, taskFrame(task));
    this.connection = connection;
    for (const happening of this.kept.splice(0)) this.tell(connection, happening);
  }

  /** It ended while we began to listen: its data is kept or on its way, and its end comes after them. */
  private hasDataToCome(run: RunView, nowMs: number): boolean {
    if (run.streamDataCount === 0) return false;
    const heard = this.kept.some(
      (one) => (one.kind === 'data' || one.kind === 'start') && one.runId === run.runId,
    );
    return heard || nowMs - (run.stopTimeMs ?? 0) < JUST_ENDED_MS;
  }

  private awaitEnd(connection: SseConnection, run: RunView): void {
    const key = `${run.runId}${run.status}`;
    this.awaited.add(key);
    setTimeout(() => {
      if (!this.awaited.has(key)) return;
      this.tellStatus(connection, run, runFrame(run));
      this.caughtUp.add(key);
    }, END_AT_LATEST_MS).unref();
  }

  private tell(connection: SseConnection, happening: Happening): void {
    if (happening.kind === 'status') return this.tellStatus(connection, happening.run, happening.frame);
    if (happening.kind === 'task') {
      return this.tellTask(connection, happening.task, happening.frame);
    }
    if (!this.isWanted(happening.projectId)) return;
    if (happening.kind === 'start') {
      if (this.caughtUp.has(`${happening.runId}running`) || this.started.has(happening.runId)) return;
      this.started.add(happening.runId);
    }
    connection.write(happening.frame);
  }

  /** Once for each status of each attempt. */
  private tellTask(connection: SseConnection, task: TaskView, frame: string): void {
    if (!this.isWanted(task.projectId)) return;
    const looks = `${task.status} ${task.retryAttempt} ${task.infraRetryCount} ${task.nextRetryAtMs}`;
    if (this.tasks.get(task.taskId) === looks) return;
    this.tasks.set(task.taskId, looks);
    connection.write(frame);
  }

  private tellStatus(connection: SseConnection, run: RunView, frame: string | null): void {
    this.awaited.delete(`${run.runId}${run.status}`);
    if (frame === null || !this.isWanted(run.projectId) || this.caughtUp.has(`${run.runId}${run.status}`))
      return;
    if (!this.started.has(run.runId) && !this.caughtUp.has(`${run.runId}running`))
      connection.write(startFrame(run));
    connection.write(frame);
    if (isTerminal(run.status)) this.started.delete(run.runId);
    else this.started.add(run.runId);
  }

  private isWanted(projectId: string | null): boolean {
    return this.projectId === null || projectId === this.projectId;
  }
}
