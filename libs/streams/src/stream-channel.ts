/**
 * One watched stream in this process: turns notices, and what the database says when notices are lost, into one
 * sequence of happenings, each told once. How a subscriber that joins late catches up is the subscriber's matter.
 */
import { runStatusName, type RunStatusName, type StreamNotice } from '@app/dispatch';
import type { EnvScope } from '@app/kernel';
import { isTerminal, type RunView } from '@app/runs';
import { taskStatusName, type TaskView } from '@app/tasks';
import { dataFrame, endedView, runFrame, startFrame, startFrameOf, taskFrame } from './stream-frames';

/** What happened, ready to be written. */
export type Happening =
  | {
      readonly kind: 'start';
      readonly runId: string;
      readonly eventId: string | null;
      readonly projectId: string | null;
      readonly frame: string;
    }
  | {
      readonly kind: 'data';
      readonly runId: string;
      readonly projectId: string | null;
      readonly frame: string;
      /** The same for who tells it in other words; the payload is JSON text. */
      readonly piece: { readonly type: string; readonly payload: string };
    }
  | { readonly kind: 'task'; readonly task: TaskView; readonly frame: string }
  | { readonly kind: 'status'; readonly run: RunView; readonly frame: string | null };

export type HappeningListener = (happening: Happening) => void;
export interface Loaders {
  readonly run: (scope: EnvScope, runId: string) => Promise<RunView | null>;
  readonly task: (scope: EnvScope, taskId: string) => Promise<TaskView | null>;
}

interface KnownRun {
  status: RunStatusName;
  /** Pieces of stream data that came by. */
  data: number;
  /** An end is being read or held back. */
  ending: boolean;
  /** Data that came before we knew its run. */
  early: Happening[] | null;
}

/** How long the end of a run waits for stream data that is still on its way. */
const HOLD_MS = 250;
/** Ended runs that are remembered, so that a late look does not tell them again. */
const REMEMBERED = 20_000;

export class StreamChannel {
  private readonly listeners = new Set<HappeningListener>();
  private readonly runs = new Map<string, KnownRun>();
  private readonly open = new Set<string>();
  /** Of each task, how it looked when it was told last. */
  private readonly tasks = new Map<string, string>();

  constructor(
    readonly scope: EnvScope,
    readonly streamId: string,
    private readonly load: Loaders,
  ) {}

  get isWatched(): boolean {
    return this.listeners.size > 0;
  }

  /** Runs that have not ended as far as we know. */
  get openRuns(): Iterable<string> {
    return this.open;
  }

  listen(listener: HappeningListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  onNotice(notice: StreamNotice): void {
    switch (notice.k) {
      case 'run':
        this.began(notice.run.run_id, notice.run.event_id, notice.run.project_id, startFrameOf(notice));
        return;
      case 'data':
        this.data(notice);
        return;
      case 'task':
        void this.taskChanged(notice.taskId);
        return;
      case 'end':
        this.ends(notice.runId, notice.data, endedView(notice));
    }
  }

  /** What a look at the database found: news only for what no notice has told. */
  onLook(runId: string, statusId: number): void {
    const status = runStatusName(statusId);
    const known = this.runs.get(runId);
    if (known?.status === status || known?.ending) return;
    if (known !== undefined && isTerminal(known.status)) return;
    if (status === 'running') void this.discover(runId);
    else this.ends(runId, 0, null);
  }

  /** The same for tasks. */
  onTaskLook(taskId: string, statusId: number): void {
    const told = this.tasks.get(taskId);
    if (told?.startsWith(`${taskStatusName(statusId)} `) !== true) void this.taskChanged(taskId);
  }

  private async taskChanged(taskId: string): Promise<void> {
    const task = await this.load.task(this.scope, taskId).catch(() => null); // the next look tries again
    if (task === null) return;
    if (task.runId !== null) this.isTask(task.runId);
    const looks = `${task.status} ${task.retryAttempt} ${task.infraRetryCount} ${task.nextRetryAtMs}`;
    if (this.tasks.get(taskId) === looks) return;
    this.tasks.set(taskId, looks);
    if (this.tasks.size > REMEMBERED) this.tasks.delete(this.tasks.keys().next().value ?? '');
    this.tell({ kind: 'task', task, frame: taskFrame(task) });
  }

  /** The run of a task: told as the task, but for its data. */
  private isTask(runId: string): void {
    const known = this.runs.get(runId);
    if (known === undefined) {
      this.remember(runId, { status: 'running', data: 0, ending: false, early: null });
      return;
    }
    const early = known.early ?? [];
    known.early = null;
    for (const happening of early) this.tell(happening);
  }

  private began(runId: string, eventId: string | null, projectId: string | null, frame: string): void {
    const known = this.runs.get(runId);
    if (known !== undefined && known.early === null) return;
    const early = known?.early ?? [];
    // The same object: whoever waits for the data of this run holds it.
    if (known === undefined) this.remember(runId, { status: 'running', data: 0, ending: false, early: null });
    else known.early = null;
    this.open.add(runId);
    this.tell({ kind: 'start', runId, eventId, projectId, frame });
    for (const happening of early) this.tell(happening);
  }

  private data(notice: Extract<StreamNotice, { k: 'data' }>): void {
    const { runId, projectId } = notice;
    const { type, payload } = notice;
    const happening: Happening = {
      kind: 'data',
      runId,
      projectId,
      frame: dataFrame(notice),
      piece: { type, payload },
    };
    const known = this.runs.get(runId);
    if (known === undefined) {
      // Its beginning was lost, or was before we came: that has to be told first.
      this.remember(runId, { status: 'running', data: notice.seq + 1, ending: false, early: [happening] });
      void this.discover(runId);
      return;
    }
    known.data = Math.max(known.data, notice.seq + 1);
    if (known.early !== null) known.early.push(happening);
    else this.tell(happening);
  }

  /** @param told the run as its end's notice has it; null: it has to be read */
  private ends(runId: string, expectedData: number, told: RunView | null): void {
    const known = this.runs.get(runId);
    if (known?.ending || (known !== undefined && isTerminal(known.status))) return;
    const run = known ?? { status: 'running' as const, data: 0, ending: false, early: [] };
    if (known === undefined) this.remember(runId, run);
    const isUnknown = known === undefined || known.early !== null;
    if (told !== null && run.data >= expectedData) {
      this.conclude(runId, run, told, isUnknown);
      return;
    }
    run.ending = true;
    void this.finish(runId, run, expectedData, told, isUnknown);
  }

  private async finish(
    runId: string,
    run: KnownRun,
    expectedData: number,
    told: RunView | null,
    isUnknown: boolean,
  ): Promise<void> {
    const [view] = await Promise.all([
      told ?? this.load.run(this.scope, runId).catch(() => null), // the next look at the database tries again
      run.data >= expectedData ? undefined : this.hold(run, expectedData),
    ]);
    // A look at the database may be faster than the notices of data. Who came in the middle does not wait for the past.
    const stored = isUnknown ? 0 : (view?.streamDataCount ?? 0);
    if (run.data < stored) await this.hold(run, stored);
    run.ending = false;
    if (view === null || view.status === 'running') return;
    this.conclude(runId, run, view, isUnknown);
  }

  private conclude(runId: string, run: KnownRun, view: RunView, isUnknown: boolean): void {
    if (isUnknown) this.began(runId, view.eventId, view.projectId, startFrame(view));
    const before = run.status;
    this.setStatus(runId, view.status);
    if (before === view.status) return;
    // A waiting attempt that gave way to its successor has been told as such: only who follows the run itself hears of it.
    const frame = before === 'pending_retry' && view.status === 'failed' ? null : runFrame(view);
    this.tell({ kind: 'status', run: view, frame });
  }

  private async hold(run: KnownRun, expectedData: number): Promise<void> {
    const until = performance.now() + HOLD_MS;
    while (run.data < expectedData && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  private async discover(runId: string): Promise<void> {
    const view = await this.load.run(this.scope, runId).catch(() => null);
    if (view === null) return;
    if (view.runType === 'task') return this.isTask(runId);
    this.began(runId, view.eventId, view.projectId, startFrame(view));
    if (view.status !== 'running') this.ends(runId, 0, null);
  }

  private setStatus(runId: string, status: RunStatusName): void {
    const known = this.runs.get(runId);
    if (known !== undefined) known.status = status;
    if (isTerminal(status)) this.open.delete(runId);
  }

  private remember(runId: string, run: KnownRun): void {
    this.runs.set(runId, run);
    if (this.runs.size <= REMEMBERED) return;
    for (const [id, { status }] of this.runs) {
      if (!isTerminal(status)) continue;
      this.runs.delete(id);
      if (this.runs.size <= REMEMBERED * 0.9) return;
    }
  }

  private tell(happening: Happening): void {
    for (const listener of this.listeners) listener(happening);
  }
}
