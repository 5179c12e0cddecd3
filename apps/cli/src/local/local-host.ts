/** What one run reaches on this machine: the terminal, the clock, other servers, and what its command keeps for it. */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunHost } from '@app/lang';
import { Refusal } from '@app/platform/calls';
import type { LocalCalls } from './calls/local-calls';
import { asRefusal } from './calls/refusal';
import { LOCAL_CONNECTION_CALLS, LOCAL_HTTP_CALLS, LocalHttp } from './local-http';

export type Writer = (stream: 'out' | 'err', text: string) => void;

/** JSON text in, JSON text out. */
type HostCall = (host: LocalHost, argsJson: string) => Promise<string>;

const OWN_CALLS: ReadonlyMap<string, HostCall> = new Map<string, HostCall>([
  [
    'time.sleep',
    async (host, argsJson) => {
      const { ms } = JSON.parse(argsJson) as { readonly ms: unknown };
      await sleep(Number(ms), undefined, { signal: host.over.signal });
      return 'null';
    },
  ],
  ...LOCAL_HTTP_CALLS.map(
    (name) => [name, (host: LocalHost, argsJson: string) => host.http.call(name, argsJson)] as const,
  ),
  ...LOCAL_CONNECTION_CALLS.map(
    (name) => [name, (host: LocalHost, argsJson: string) => host.http.connection(name, argsJson)] as const,
  ),
]);

export interface Reach {
  readonly write: Writer;
  readonly calls: LocalCalls;
  /** Told of what is posted for others: events, stream data, secrets. */
  readonly posted: (kind: string, payload: string) => void;
  /** Called with each test that ended, as JSON. */
  readonly onTest: (record: string) => void;
}

export class LocalHost implements RunHost {
  readonly http = new LocalHttp();
  private readonly startedAt = performance.now();
  /** Code with which the program ended the process; null when it did not. */
  exitCode: number | null = null;

  /** @param over aborts whatever the program still waits for */
  constructor(
    private readonly reach: Reach,
    readonly over: AbortController,
  ) {
    setMaxListeners(0, over.signal); // one per call
  }

  /** Of all calls that are answered. */
  get names(): readonly string[] {
    return [...OWN_CALLS.keys(), ...Object.keys(this.reach.calls)];
  }

  async call(name: string, argsJson: string): Promise<string> {
    try {
      return await this.unlessOver(this.answer(name, argsJson));
    } catch (error) {
      throw asRefusal(error);
    }
  }

  /** The program is done: what it left open ends. */
  close(): Promise<void> {
    this.over.abort();
    return this.http.close();
  }

  post(kind: Parameters<RunHost['post']>[0], payload: string): void {
    if (kind === 'test') this.reach.onTest(payload);
    else if (kind === 'exit')
      this.exitCode ??= (JSON.parse(payload) as { readonly code: number }).code & 0xff;
    else if (kind === 'log') {
      const { stream, text } = JSON.parse(payload) as {
        readonly stream: 'out' | 'err';
        readonly text: string;
      };
      this.reach.write(stream, text);
    } else this.reach.posted(kind, payload);
  }

  nowUs(): number {
    return Math.round((performance.now() - this.startedAt) * 1_000);
  }

  epochMs(): number {
    return Date.now();
  }

  randomBytes(length: number): Uint8Array {
    return randomBytes(length);
  }

  private async answer(name: string, argsJson: string): Promise<string> {
    const own = OWN_CALLS.get(name);
    if (own !== undefined) return own(this, argsJson);
    const call = Object.hasOwn(this.reach.calls, name) ? this.reach.calls[name] : undefined;
    if (call === undefined) throw new Refusal('unavailable', `${name} needs the platform; deploy to use it`);
    return call(argsJson);
  }

  private unlessOver(work: Promise<string>): Promise<string> {
    const { signal } = this.over;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new Refusal('cancelled', 'the run is over'));
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }
}
