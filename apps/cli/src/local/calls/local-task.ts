/** One task: what is known of it, and who waits for it. */
import { newId } from '@app/kernel';
import type { RunOutcome } from '@app/lang';
import { membersOf } from '@app/platform/calls';
import { Inbox } from './inbox';

export type TaskStatus = 'queued' | 'running' | 'completed' | 'failed' | 'timed_out' | 'cancelled';

export interface TaskOrder {
  readonly fn: string;
  /** The one argument, as JSON. */
  readonly arg: string;
  readonly timeoutMs: number;
  /** As given: a number, a map, or null. */
  readonly retry: unknown;
  readonly originRunId: string;
}

const ENDED: ReadonlySet<TaskStatus> = new Set(['completed', 'failed', 'timed_out', 'cancelled']);

export class LocalTask {
  readonly id = newId();
  readonly inbox = new Inbox();
  status: TaskStatus = 'queued';
  /** Runs of it so far. */
  attempt = 0;
  checkpoint: string | null = null;
  isCancelled = false;
  private result = 'null';
  private beganAtMs = 0;
  private durationMs: number | null = null;
  private readonly waiting = new Set<() => void>();

  constructor(readonly order: TaskOrder) {}

  get isOver(): boolean {
    return ENDED.has(this.status);
  }

  begin(): void {
    this.status = 'running';
    this.beganAtMs = performance.now();
  }

  /** Its run is done, and there will be no other. */
  finish(outcome: RunOutcome | null): void {
    this.status = this.isCancelled ? 'cancelled' : statusOf(outcome);
    if (this.beganAtMs !== 0) this.durationMs = Math.round(performance.now() - this.beganAtMs);
    this.result = outcome === null ? 'null' : resultOf(outcome);
    this.inbox.close();
    for (const wake of this.waiting) wake();
  }

  /** False when it has not ended by then. */
  ended(maxMs: number, signal: AbortSignal): Promise<boolean> {
    if (this.isOver) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve(this.isOver);
      };
      const timer = setTimeout(done, maxMs);
      this.waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  get json(): string {
    const { status, durationMs, order } = this;
    const facts = {
      status,
      type: 'code',
      timeoutMs: order.timeoutMs,
      ...(durationMs === null ? {} : { durationMs }),
    };
    return `${JSON.stringify(facts).slice(0, -1)},"result":${this.result}}`;
  }
}

function statusOf(outcome: RunOutcome | null): TaskStatus {
  if (outcome === null || outcome.status === 'cancelled') return 'cancelled';
  if (outcome.status === 'succeeded') return 'completed';
  return outcome.failureKind === 'timeout' ? 'timed_out' : 'failed';
}

/** What a task failed with has the shape of a run's failure and a type of its own. */
function resultOf(outcome: RunOutcome): string {
  if (outcome.status === 'succeeded') return outcome.resultJson;
  const value = membersOf(membersOf(outcome.resultJson).get('$val') ?? '{}');
  const [type, second] = outcome.status === 'failed' ? ['Failure', 'err'] : ['Cancellation', 'data'];
  const parts = `"msg":${value.get('msg') ?? 'null'},"${second}":${value.get(second) ?? 'null'}`;
  return `{"$type":"::hot::task/${type}","$val":{${parts}}}`;
}
