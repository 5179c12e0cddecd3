import type { Sandbox, SandboxHandle, SandboxOutcome, SandboxRun, SandboxStats } from '@app/platform/sandbox';

/** What a program of the fake sandbox can do. */
export interface FakeProgram {
  readonly run: SandboxRun;
  /** The argument of an event handler, parsed. */
  readonly event: { readonly type: string; readonly data: unknown; readonly id: string };
  readonly stopped: AbortSignal;
  send(type: string, data: unknown, id: string): void;
  data(type: string, payload: unknown): void;
  trace(text: string): void;
}

export type FakeFunction = (program: FakeProgram) => unknown;

/** Thrown by a fake function to end its run as the sandbox would. */
export class FakeOutcome extends Error {
  constructor(readonly outcome: SandboxOutcome) {
    super('outcome of a fake run');
  }
}

export function fakeFailure(message: string, retryable: boolean | null = null): FakeOutcome {
  return new FakeOutcome({
    status: 'failed',
    failureKind: 'failure',
    retryable,
    resultJson: JSON.stringify({ $type: '::hot::run/Failure', $val: { msg: message, err: null } }),
    callCount: 1,
    traceBytes: 0,
    droppedCalls: 0,
    startedAtMs: Date.now(),
  });
}

export function fakeLoss(suspect: boolean): FakeOutcome {
  return new FakeOutcome({ status: 'lost', suspect, reason: 'the isolate died' });
}

/** Runs JavaScript functions of the test in this process, behind the real port. */
export class FakeSandbox implements Sandbox {
  readonly starts: SandboxRun[] = [];
  private readonly functions = new Map<string, FakeFunction>();
  private running = 0;

  define(name: string, implementation: FakeFunction): void {
    this.functions.set(name, implementation);
  }

  start(run: SandboxRun): SandboxHandle {
    this.starts.push(run);
    const controller = new AbortController();
    this.running += 1;
    const outcome = this.execute(run, controller.signal).finally(() => {
      this.running -= 1;
    });
    return { outcome, stop: (reason) => controller.abort(reason) };
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  stats(): SandboxStats {
    return { children: 1, isolates: 1, running: this.running, waiting: 0 };
  }

  private async execute(run: SandboxRun, stopped: AbortSignal): Promise<SandboxOutcome> {
    const startedAtMs = Date.now();
    const end = { callCount: 1, traceBytes: 0, droppedCalls: 0, startedAtMs };
    const implementation = this.functions.get(run.fn);
    if (implementation === undefined) throw new Error(`no fake function ${run.fn}`);
    const args = JSON.parse(run.argsJson) as [FakeProgram['event']];
    const post = (name: 'event' | 'stream', value: object) => run.host.post(name, JSON.stringify(value));
    try {
      const result = await implementation({
        run,
        event: args[0],
        stopped,
        send: (type, data, id) => post('event', { id, type, data, time: startedAtMs }),
        data: (dataType, payload) => post('stream', { dataType, payload }),
        trace: (text) => run.host.trace?.(Buffer.from(text)),
      });
      return { status: 'succeeded', resultJson: JSON.stringify(result ?? null), ...end };
    } catch (error) {
      if (error instanceof FakeOutcome) return error.outcome;
      if (stopped.aborted) {
        const resultJson = JSON.stringify({ $type: '::hot::run/Cancellation', $val: { msg: 'Cancelled' } });
        return { status: 'cancelled', resultJson, ...end };
      }
      throw error;
    }
  }
}
