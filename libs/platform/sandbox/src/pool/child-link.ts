/** The worker's end of one child: starts runs on it, hears from it, and ends it when it goes silent. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { FrameWriter, KIND, readFrames, text, type Frame } from '../frames';
import type { SandboxHost, SandboxOutcome, SandboxRun } from '../port';
import type { PoolSettings } from './settings';

const PING_MS = 500;
const SILENT_MS = 2_000;

export interface LinkEvents {
  /** A run on it ended, whichever way. */
  settled(link: ChildLink): void;
  /** The process is gone. */
  exited(link: ChildLink): void;
}

interface OpenRun {
  readonly run: SandboxRun;
  readonly settle: (outcome: SandboxOutcome) => void;
  readonly abort: AbortController;
}

export class ChildLink {
  readonly pid: number;
  /** Takes no more runs; ends when those on it have. */
  isDraining = false;
  idleSinceMs = performance.now();
  startedRuns = 0;
  isolates = 0;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly writer: FrameWriter;
  private readonly open = new Map<number, OpenRun>();
  private readonly artifacts = new Set<string>();
  private nextRun = 1;
  private heardAtMs = performance.now();
  private onCpu: readonly number[] = [];
  private isGone = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    settings: PoolSettings,
    /** The organization it serves; null serves all. */
    readonly orgId: string | null,
    readonly isQuarantine: boolean,
    private readonly events: LinkEvents,
  ) {
    const childSettings = {
      runtimePath: settings.runtimePath,
      memoryMb: settings.memoryMb,
      loadTimeoutMs: settings.loadTimeoutMs,
      maxIsolates: settings.maxIsolates,
    };
    this.child = spawn(
      process.execPath,
      [
        '--no-node-snapshot',
        `--stack-size=${settings.stackKb}`,
        settings.childPath,
        JSON.stringify(childSettings),
      ],
      // Nothing of the worker's environment: no addresses, no secrets.
      { env: { NODE_ENV: 'production' }, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    this.pid = this.child.pid ?? 0;
    this.writer = new FrameWriter(this.child.stdin);
    // Written after its death: the exit handler settles everything.
    this.child.stdin.on('error', () => undefined);
    this.child.once('error', () => this.gone('the sandbox process could not be started'));
    this.child.once('exit', (code, signal) => this.gone(`the sandbox process ended (${signal ?? code})`));
    readFrames(
      this.child.stdout,
      (frame) => this.hear(frame),
      () => this.kill(),
    );
  }

  get running(): number {
    return this.open.size;
  }

  holds(artifactHash: string): boolean {
    return this.artifacts.has(artifactHash);
  }

  sendArtifact(hash: string, artifact: Buffer): void {
    this.artifacts.add(hash);
    this.writer.send(KIND.artifact, 0, [hash, artifact]);
  }

  /** Begins a run; its number on this link. */
  start(run: SandboxRun, settle: (outcome: SandboxOutcome) => void): number {
    const number = this.nextRun++;
    this.startedRuns += 1;
    this.open.set(number, { run, settle, abort: new AbortController() });
    const header = { artifact: run.artifactHash, timeoutMs: run.timeoutMs, alone: run.quarantine };
    const request = {
      runId: run.runId,
      fn: run.fn,
      argsJson: run.argsJson,
      infoJson: run.infoJson,
      ctxJson: run.ctxJson,
      limits: run.limits,
      trace: run.trace,
    };
    this.writer.send(KIND.start, number, [JSON.stringify(header), JSON.stringify(request)]);
    if (this.timer === null) {
      this.heardAtMs = performance.now();
      this.timer = setInterval(() => this.listen(), PING_MS);
    }
    return number;
  }

  stop(number: number, reason: 'cancelled' | 'shutdown'): void {
    if (this.open.has(number)) this.writer.send(KIND.stop, number, [reason]);
  }

  /** Lets it end by itself: its stdin closes. For idle children. */
  end(): void {
    this.isDraining = true;
    this.child.stdin.end();
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private hear(frame: Frame): void {
    this.heardAtMs = performance.now();
    switch (frame.kind) {
      case KIND.post:
        this.open
          .get(frame.run)
          ?.run.host.post(text(frame, 0) as Parameters<SandboxHost['post']>[0], text(frame, 1));
        return;
      case KIND.call:
        void this.answer(frame.run, text(frame, 0), text(frame, 1), text(frame, 2));
        return;
      case KIND.end:
        this.settle(frame.run, outcomeOf(text(frame, 0), text(frame, 1)));
        return;
      case KIND.lost: {
        const { suspect, reason } = JSON.parse(text(frame, 0)) as { suspect: boolean; reason: string };
        this.settle(frame.run, { status: 'lost', suspect, reason });
        return;
      }
      case KIND.pong: {
        const beat = JSON.parse(text(frame, 0)) as { onCpu: readonly number[]; isolates: number };
        this.onCpu = beat.onCpu;
        this.isolates = beat.isolates;
        return;
      }
      case KIND.fatal:
        this.onCpu = (JSON.parse(text(frame, 0)) as { onCpu: readonly number[] }).onCpu;
        this.kill();
        return;
      default:
        return;
    }
  }

  private async answer(number: number, callId: string, name: string, args: string): Promise<void> {
    const entry = this.open.get(number);
    if (entry === undefined) return;
    try {
      const value = await entry.run.host.call(name, args, entry.abort.signal);
      this.writer.send(KIND.answer, number, [callId, 'ok', value]);
    } catch (error) {
      this.writer.send(KIND.answer, number, [callId, 'error', JSON.stringify(hostError(error))]);
    }
  }

  private settle(number: number, outcome: SandboxOutcome): void {
    const entry = this.open.get(number);
    if (entry === undefined) return;
    this.open.delete(number);
    entry.abort.abort();
    entry.settle(outcome);
    if (this.open.size === 0) {
      this.idleSinceMs = performance.now();
      if (this.timer !== null) clearInterval(this.timer);
      this.timer = null;
    }
    if (!this.isGone) this.events.settled(this);
  }

  /** A child whose main thread is silent is beyond help: SIGSTOP, a catastrophe in V8, a full pipe. */
  private listen(): void {
    if (performance.now() - this.heardAtMs > SILENT_MS) this.kill();
    else this.writer.send(KIND.ping, 0);
  }

  private gone(reason: string): void {
    if (this.isGone) return;
    this.isGone = true;
    this.isDraining = true;
    // Of a death without a report the last beat tells who was on the processor.
    const suspects = new Set(this.onCpu);
    for (const number of [...this.open.keys()]) {
      this.settle(number, { status: 'lost', suspect: suspects.has(number), reason });
    }
    this.events.exited(this);
  }
}

function outcomeOf(header: string, resultJson: string): SandboxOutcome {
  const { stats, ...rest } = JSON.parse(header) as { stats: object } & Record<string, unknown>;
  return { ...rest, ...stats, resultJson } as SandboxOutcome;
}

function hostError(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : 'io',
    message: typeof message === 'string' ? message : 'failed',
  };
}
