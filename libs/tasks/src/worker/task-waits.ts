/**
 * All that runs of this process wait for: messages, ends of tasks, times. A wait is an entry here, without a timer, a
 * connection or a subscription of its own: notices wake it, and once a second one statement for all of them finds what
 * no notice told. Nobody waits, nothing is asked.
 */
import { HotSqlPools, TASKS_CHANNEL } from '@app/dispatch';
import { LiveBus } from '@app/platform/live';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { TaskRunOverError } from './task.errors';
import { TaskSlots } from './task-slots';
import { findNews } from './task-news.sql';
import { tasksWorkerConfig, type TasksWorkerConfig } from './tasks-worker.config';

export type WaitFor = 'message' | 'end' | 'time';

export interface WaitOrder {
  readonly what: WaitFor;
  /** Of whose messages or end; of the sleeper. */
  readonly taskId: string;
  readonly untilMs: number;
  /** Of the run that waits. */
  readonly signal: AbortSignal;
  /** The run of a task that gives its slot away when this takes long; null for others. */
  readonly parks: string | null;
}

interface Wait {
  readonly what: WaitFor;
  readonly untilMs: number;
  readonly sinceMs: number;
  readonly parks: string | null;
  readonly wake: () => void;
}

const TICK_MS = 1_000;

@Injectable()
export class TaskWaits implements OnApplicationShutdown {
  private readonly log = new Logger(TaskWaits.name);
  private readonly waits = new Map<string, Set<Wait>>();
  private count = 0;
  private timer: NodeJS.Timeout | undefined;
  private listening: Promise<() => void> | undefined;
  private looking = false;

  constructor(
    private readonly bus: LiveBus,
    private readonly pools: HotSqlPools,
    private readonly slots: TaskSlots,
    @Inject(tasksWorkerConfig.token) private readonly config: TasksWorkerConfig,
  ) {}

  get size(): number {
    return this.count;
  }

  /** Notices of tasks reach this process from when it resolves. */
  async listen(): Promise<void> {
    this.listening ??= this.bus.subscribe(TASKS_CHANNEL, (taskId) => this.poke(taskId));
    await this.listening;
  }

  /**
   * What `look` finds as soon as there is something; null when the time has come. It looks after it has begun to listen,
   * so that nothing falls between the two. Throws TaskRunOverError when the run ends before.
   */
  async until<T>(wait: WaitOrder, look: () => Promise<T | null>): Promise<T | null> {
    const sinceMs = Date.now();
    for (;;) {
      if (wait.signal.aborted) throw new TaskRunOverError();
      const woken = this.enter(wait, sinceMs);
      const found = await look().catch((error: unknown) => {
        woken.leave();
        throw error;
      });
      if (found === null && Date.now() < wait.untilMs) {
        await woken.done;
        continue;
      }
      woken.leave();
      if (wait.parks !== null) await this.slots.resume(wait.parks);
      return found;
    }
  }

  /** Something happened to this task. */
  poke(taskId: string): void {
    for (const wait of this.waits.get(taskId) ?? []) if (wait.what !== 'time') wait.wake();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    (await this.listening)?.();
  }

  private enter(
    { what, taskId, untilMs, signal, parks }: WaitOrder,
    sinceMs: number,
  ): { readonly done: Promise<void>; readonly leave: () => void } {
    let leave = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      leave = () => {
        const here = this.waits.get(taskId);
        if (here?.delete(wait) !== true) return;
        if (here.size === 0) this.waits.delete(taskId);
        this.count -= 1;
        signal.removeEventListener('abort', leave);
        if (this.count === 0) {
          clearInterval(this.timer);
          this.timer = undefined;
        }
        resolve();
      };
      const wait: Wait = { what, untilMs, sinceMs, parks, wake: leave };
      const here = this.waits.get(taskId);
      if (here === undefined) this.waits.set(taskId, new Set([wait]));
      else here.add(wait);
      this.count += 1;
      signal.addEventListener('abort', leave, { once: true });
      this.timer ??= setInterval(() => this.tick(), TICK_MS).unref();
    });
    return { done, leave };
  }

  private tick(): void {
    const now = Date.now();
    for (const here of [...this.waits.values()]) {
      for (const wait of [...here]) {
        if (wait.untilMs <= now) wait.wake();
        else if (wait.parks !== null && now - wait.sinceMs >= this.config.parkAfterMs)
          this.slots.park(wait.parks);
      }
    }
    if (!this.looking) void this.look();
  }

  private async look(): Promise<void> {
    this.looking = true;
    try {
      const ids = (what: WaitFor): string[] =>
        [...this.waits].flatMap(([taskId, here]) =>
          [...here].some((wait) => wait.what === what) ? [taskId] : [],
        );
      const messages = ids('message');
      const ends = ids('end');
      if (messages.length + ends.length === 0) return;
      for (const taskId of await findNews(this.pools.scanning, messages, ends)) this.poke(taskId);
    } catch (error) {
      this.log.warn({ event: 'tasks.look_failed', error: error instanceof Error ? error.message : error });
    } finally {
      this.looking = false;
    }
  }
}
