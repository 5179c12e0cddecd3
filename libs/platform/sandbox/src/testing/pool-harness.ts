import { createHash } from 'node:crypto';
import { ChildPool } from '../pool/child-pool';
import { poolSettings, type PoolSettings } from '../pool/settings';
import type { SandboxHandle, SandboxHost, SandboxOutcome, SandboxRun } from '../port';
import { buildChild, buildFolder, buildPool, removeFolder } from './build';
import { writeMiniRuntime } from './mini-runtime';

const LIMITS = { maxDepth: 4096, maxTraceBytes: 1 << 24, maxTraceCalls: 100_000, maxResultBytes: 1 << 24 };

/** Pools of the miniature runtime, and programs in JavaScript for them. */
export class PoolHarness {
  readonly logged: { readonly event: string; readonly facts: Readonly<Record<string, unknown>> }[] = [];
  private readonly folder = buildFolder();
  private readonly paths = { childPath: buildChild(this.folder), runtimePath: writeMiniRuntime(this.folder) };
  private readonly pools: ChildPool[] = [];

  pool(settings: Partial<PoolSettings> = {}): ChildPool {
    const pool = new ChildPool(
      poolSettings({
        ...this.paths,
        memoryMb: 64,
        log: (event, facts) => this.logged.push({ event, facts }),
        ...settings,
      }),
    );
    this.pools.push(pool);
    return pool;
  }

  /** Settings for a pool in a process of its own, and where to load the pool from. */
  settings(): PoolSettings & { readonly poolPath: string } {
    return { ...poolSettings({ ...this.paths, memoryMb: 64 }), poolPath: buildPool(this.folder) };
  }

  async closePools(): Promise<void> {
    this.logged.length = 0;
    await Promise.all(this.pools.splice(0).map((pool) => pool.close(0)));
  }

  async remove(): Promise<void> {
    await this.closePools();
    removeFolder(this.folder);
  }
}

export const QUIET_HOST: SandboxHost = { call: () => Promise.resolve('null'), post: () => undefined };
/** Answers nothing, ever. */
export const SILENT_HOST: SandboxHost = { call: () => new Promise(() => undefined), post: () => undefined };

export function startJs(pool: ChildPool, js: string, options: Partial<SandboxRun> = {}): SandboxHandle {
  return pool.start({
    runId: 'r',
    orgId: 'o',
    artifactHash: createHash('sha256').update(js).digest('hex'),
    loadArtifact: () => Promise.resolve(Buffer.from(JSON.stringify({ js, tables: '{}' }))),
    fn: '::a/b',
    argsJson: '[]',
    infoJson: '{}',
    ctxJson: '{}',
    limits: LIMITS,
    trace: false,
    timeoutMs: 30_000,
    quarantine: false,
    host: QUIET_HOST,
    ...options,
  });
}

export function runJs(
  pool: ChildPool,
  js: string,
  options: Partial<SandboxRun> = {},
): Promise<SandboxOutcome> {
  return startJs(pool, js, options).outcome;
}

/** A run that has begun and waits for the host; `begun` resolves then, `answer` lets it go on. */
export function waitingHost(): {
  readonly host: SandboxHost;
  readonly begun: Promise<void>;
  readonly answer: (value: string) => void;
} {
  const begun = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<string>();
  const call = (): Promise<string> => {
    begun.resolve();
    return answered.promise;
  };
  return { host: { call, post: () => undefined }, begun: begun.promise, answer: answered.resolve };
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH
  }
}

export function theChild(pool: ChildPool): number {
  const [pid] = pool.pids();
  if (pid === undefined) throw new Error('the pool has no child');
  return pid;
}
