/** What a program reaches when it runs on this machine: the terminal, the clock, the environment, other servers. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostCallError, RunHost } from '@app/lang';
import { LOCAL_HTTP_CALLS, LocalHttp } from './local-http';

export type Writer = (stream: 'out' | 'err', text: string) => void;

/** JSON text in, JSON text out. */
type HostCall = (host: LocalHost, argsJson: string) => Promise<string>;

export class Refusal extends Error implements HostCallError {
  constructor(
    readonly code: HostCallError['code'],
    message: string,
  ) {
    super(message);
  }
}

const CALLS: ReadonlyMap<string, HostCall> = new Map<string, HostCall>([
  [
    'time.sleep',
    async (_host, argsJson) => {
      const { ms } = JSON.parse(argsJson) as { readonly ms: unknown };
      await sleep(Number(ms));
      return 'null';
    },
  ],
  ...LOCAL_HTTP_CALLS.map(
    (name) => [name, (host: LocalHost, argsJson: string) => host.http.call(name, argsJson)] as const,
  ),
]);

export const LOCAL_CALLS: readonly string[] = [...CALLS.keys()];

export class LocalHost implements RunHost {
  readonly http = new LocalHttp();
  private readonly startedAt = performance.now();
  /** Code with which the program ended the process; null when it did not. */
  exitCode: number | null = null;

  constructor(
    private readonly write: Writer,
    /** Called with each test that ended, as JSON. */
    private readonly onTest: (record: string) => void = () => undefined,
  ) {}

  async call(name: string, argsJson: string): Promise<string> {
    const call = CALLS.get(name);
    if (call === undefined) throw new Refusal('unavailable', `${name} needs the platform; deploy to use it`);
    return call(this, argsJson);
  }

  /** The program is done: what it left open ends. */
  close(): Promise<void> {
    return this.http.close();
  }

  post(kind: Parameters<RunHost['post']>[0], payload: string): void {
    if (kind === 'test') this.onTest(payload);
    if (kind === 'exit') this.exitCode ??= (JSON.parse(payload) as { readonly code: number }).code & 0xff;
    if (kind !== 'log') return;
    const { stream, text } = JSON.parse(payload) as { readonly stream: 'out' | 'err'; readonly text: string };
    this.write(stream, text);
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
}
