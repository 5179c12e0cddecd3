/** `task.*`: tasks are runs of the same program beside the one that started them, and end with the command. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunControl, RunOutcome } from '@app/lang';
import { CallArgs, Refusal } from '@app/platform/calls';
import type { LocalCalls } from './local-calls';
import { LocalTask, type TaskOrder } from './local-task';
import { RunSlots, type RunSlot } from './run-slots';

const MAX_RUNNING = 64;
/** What is known of ended tasks is kept; more than anybody starts by hand. */
const MAX_KNOWN = 10_000;
/** For a task that reads in its inbox that it is cancelled. */
const GRACE_MS = 3_000;
const CLOSING_MS = 1_000;

/** A run in the place of a task. */
export interface TaskRun {
  readonly task: LocalTask;
  readonly control: RunControl;
  /** Aborted when the run must not wait any longer. */
  readonly over: AbortController;
}

/** Of what a task was sent or has kept. Nothing is secret here. */
const answerOf = (value: string): string => `{"value":${value}}`;

interface Going {
  readonly slot: RunSlot;
  readonly over: AbortController;
  readonly done: Promise<void>;
}

export class LocalTasks {
  private readonly tasks = new Map<string, LocalTask>();
  private readonly queue: LocalTask[] = [];
  private readonly going = new Map<LocalTask, Going>();
  private readonly slots = new RunSlots(MAX_RUNNING);
  private readonly closed = new AbortController();

  constructor(
    private readonly run: (run: TaskRun) => Promise<RunOutcome>,
    /** Told of tasks that the end of the command cut off. */
    private readonly onCutOff: (task: LocalTask) => void,
  ) {}

  /** @param task in which the caller runs; null outside of tasks */
  callsOf(runId: string, task: LocalTask | null, signal: AbortSignal): LocalCalls {
    const own = (): LocalTask => {
      if (task === null) throw new Refusal('unavailable', 'not running inside a task');
      return task;
    };
    return {
      'task.start': (json) => this.start(new CallArgs(json), runId),
      'task.get': (json) => this.known(json).json,
      'task.wait': async (json) => {
        const known = this.known(json);
        return (await known.ended(new CallArgs(json).count('maxMs'), signal)) ? known.json : 'null';
      },
      'task.cancel': (json) => String(this.cancel(this.known(json))),
      'task.send': (json) => {
        this.known(json).inbox.put(new CallArgs(json).raw('data') ?? 'null');
        return 'null';
      },
      'task.receive': async () => answerOf(await own().inbox.take()),
      'task.checkpoint': (json) => {
        own().checkpoint = new CallArgs(json).raw('data') ?? 'null';
        return 'null';
      },
      'task.restore': (json) => {
        const of = new CallArgs(json).raw('taskId') === null ? own() : this.known(json);
        return answerOf(of.checkpoint ?? 'null');
      },
    };
  }

  /** The command is over, and with it whatever still runs. */
  async close(): Promise<void> {
    this.closed.abort();
    for (const task of this.tasks.values()) {
      if (task.isOver) continue;
      this.onCutOff(task);
      const going = this.going.get(task);
      if (going === undefined) task.finish(null);
      else stop(going, 'shutdown');
    }
    const rest = Promise.all([...this.going.values()].map(({ done }) => done));
    await Promise.race([rest, sleep(CLOSING_MS, undefined, { ref: false })]);
    await this.slots.close();
  }

  private start(args: CallArgs, originRunId: string): string {
    const options = (args.value('options') ?? {}) as Readonly<Record<string, unknown>>;
    if (options['type'] === 'container')
      throw new Refusal('unavailable', 'containers need the platform; deploy to use them');
    if (options['type'] !== undefined && options['type'] !== 'code')
      throw new Refusal('invalid', `unknown task type '${String(options['type'])}'`);
    const order: TaskOrder = {
      fn: args.text('function'),
      arg: args.raw('args') ?? 'null',
      timeoutMs: Number(options['timeoutMs']),
      retry: options['retry'] ?? null,
      originRunId,
    };
    const task = new LocalTask(order);
    if (this.tasks.size >= MAX_KNOWN) this.forgetOne();
    this.tasks.set(task.id, task);
    this.enqueue(task);
    return JSON.stringify({ taskId: task.id });
  }

  private forgetOne(): void {
    for (const task of this.tasks.values()) {
      if (task.isOver) return void this.tasks.delete(task.id);
    }
    throw new Refusal('quota', `more than ${MAX_KNOWN} tasks are queued or running`);
  }

  private known(json: string): LocalTask {
    const id = new CallArgs(json).text('taskId');
    const task = this.tasks.get(id);
    if (task === undefined) throw new Refusal('not_found', `task not found: ${id}`);
    return task;
  }

  /** Whether there was anything to cancel. */
  private cancel(task: LocalTask): boolean {
    if (task.isOver) return false;
    task.isCancelled = true;
    const going = this.going.get(task);
    if (going === undefined) {
      task.finish(null);
      return true;
    }
    task.inbox.cancel();
    if (!task.inbox.isRead) stop(going, 'cancelled');
    else
      void sleep(GRACE_MS, undefined, { ref: false }).then(
        () => this.going.get(task) === going && stop(going, 'cancelled'),
      );
    return true;
  }

  private enqueue(task: LocalTask): void {
    this.queue.push(task);
    // Who starts a task goes on first.
    setImmediate(() => this.next());
  }

  private next(): void {
    for (let task = this.queue[0]; task !== undefined; task = this.queue[0]) {
      if (!task.isOver) {
        const slot = this.slots.take(task.order.timeoutMs);
        if (slot === null) return;
        this.begin(task, slot);
      }
      this.queue.shift();
    }
  }

  private begin(task: LocalTask, slot: RunSlot): void {
    const over = new AbortController();
    task.begin();
    const done = this.attempt(task, slot, over);
    this.going.set(task, { slot, over, done });
  }

  private async attempt(task: LocalTask, slot: RunSlot, over: AbortController): Promise<void> {
    // What waits does not look at the clock.
    const timer = setTimeout(() => stop({ slot, over }, 'timeout'), task.order.timeoutMs);
    const outcome = await this.run({ task, control: slot.control, over });
    clearTimeout(timer);
    task.attempt += 1;
    this.going.delete(task);
    slot.free();
    const pauseMs = await this.pauseBefore(task, outcome);
    // It may have been cancelled meanwhile.
    if (pauseMs === null || task.isCancelled) task.finish(outcome);
    else await this.again(task, pauseMs);
    this.next();
  }

  private async again(task: LocalTask, pauseMs: number): Promise<void> {
    task.status = 'queued';
    await sleep(pauseMs, undefined, { signal: this.closed.signal }).catch(() => undefined);
    if (!task.isOver) this.enqueue(task);
  }

  /** Before another attempt, in milliseconds; null when there is none. */
  private async pauseBefore(task: LocalTask, outcome: RunOutcome): Promise<number | null> {
    const mayRetry = outcome.status === 'failed' && outcome.retryable !== false;
    if (!mayRetry || task.isCancelled || task.order.retry === null || this.closed.signal.aborted) return null;
    // The platform's own rules; loaded for the first failure, for they come with a database.
    const { hasAttemptsLeft, readRetryPolicy, retryDelayMs } = await import('@app/dispatch');
    const policy = readRetryPolicy(task.order.retry);
    if (!hasAttemptsLeft(policy, task.attempt - 1)) return null;
    return retryDelayMs(policy, task.attempt, Math.random());
  }
}

function stop(
  { slot, over }: Pick<Going, 'slot' | 'over'>,
  reason: 'cancelled' | 'timeout' | 'shutdown',
): void {
  slot.stop(reason);
  over.abort();
}
