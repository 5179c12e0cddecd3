/** The worker's end of one child: starts runs on it, hears from it, and ends it when it goes silent. */
import { counter } from '@app/platform/metrics';
import { failedEnd, outcomeOf } from '../end-of-run';
import { FrameWriter, json, KIND, MAX_FRAME_BYTES, readFrames, text, type Frame } from '../frames';
import type { SandboxHost, SandboxOutcome, SandboxRun } from '../port';
import { hostErrorOf } from './host-error';
import type { PoolSettings } from './settings';
import { spawnChild, type SandboxProcess } from './spawn-child';
import { suspectsOf } from './suspects';

const PING_MS = 500;
const END_WITHIN_MS = 5_000;
const MAX_STDERR_CHARS = 2_000;
const MAX_ANSWER_CHARS = MAX_FRAME_BYTES / 8;

const killed = counter('hot_sandbox_child_kills_total', 'Children of the sandbox that were killed');

export interface LinkEvents {
  /** A run on it ended, or began to wait for long: there may be room. */
  freed(link: ChildLink): void;
  /** The child wants the bytes of an artifact (again). */
  needs(link: ChildLink, artifactHash: string): void;
  /** The process is gone. */
  exited(link: ChildLink): void;
}

interface OpenRun {
  readonly run: SandboxRun;
  readonly settle: (outcome: SandboxOutcome) => void;
  /** Made for the first call: one per run would cost more than the rest of its bookkeeping. */
  abort: AbortController | null;
  stopped: 'cancelled' | 'shutdown' | null;
  openCalls: number;
  /** When something happened in it last. */
  quietSinceMs: number;
  /** Whether it was given something to do since it was last heard of. */
  isUnheard: boolean;
}

export class ChildLink {
  readonly pid: number;
  /** Takes no more runs; ends when those on it have. */
  isDraining = false;
  isReady = false;
  idleSinceMs = performance.now();
  startedRuns = 0;
  isolates = 0;
  private readonly process: SandboxProcess;
  private readonly writer: FrameWriter;
  private readonly open = new Map<number, OpenRun>();
  private readonly artifacts = new Set<string>();
  private readonly startedAtMs = performance.now();
  private nextRun = 1;
  private unanswered = 0;
  private busy: readonly number[] = [];
  private readonly losses = new Map<string, { readonly runs: number; readonly suspects: number }>();
  private stderr = '';
  private endReason: string | null = null;
  private endedAtMs: number | null = null;
  private isGone = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly settings: PoolSettings,
    /** The organization it serves; null serves all. */
    readonly orgId: string | null,
    readonly isQuarantine: boolean,
    private readonly events: LinkEvents,
  ) {
    this.process = spawnChild(settings);
    this.pid = this.process.pid ?? 0;
    this.writer = new FrameWriter(this.process.stdin);
    // Written after its death: the exit handler settles everything.
    this.process.stdin.on('error', () => undefined);
    this.process.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr = (this.stderr + chunk).slice(-MAX_STDERR_CHARS);
    });
    this.process.once('error', (error) => this.gone(null, null, error.message));
    this.process.once('exit', (code, signal) => this.gone(code, signal, null));
    // A part of a long frame is a sign of life as well.
    this.process.stdout.on('data', () => (this.unanswered = 0));
    readFrames(
      this.process.stdout,
      (frame) => this.hear(frame),
      (reason) => this.kill(`the sandbox process sent nonsense: ${reason}`),
    );
    this.timer = setInterval(() => this.listen(), PING_MS).unref();
  }

  get running(): number {
    return this.open.size;
  }

  get isAlive(): boolean {
    return !this.isGone;
  }

  /** Runs that don't just wait for an answer that takes long: those cost no place. */
  atWork(): number {
    if (this.open.size < this.settings.runsPerChild / 2) return this.open.size;
    const parkedBefore = performance.now() - this.settings.parkAfterMs;
    let count = 0;
    for (const { openCalls, quietSinceMs } of this.open.values()) {
      if (openCalls === 0 || quietSinceMs > parkedBefore) count += 1;
    }
    return count;
  }

  holds(artifactHash: string): boolean {
    return this.artifacts.has(artifactHash);
  }

  sendArtifact(hash: string, artifact: Uint8Array): void {
    this.artifacts.add(hash);
    this.writer.send(KIND.artifact, 0, [hash, artifact]);
  }

  /** Begins a run; its number on this link. */
  start(run: SandboxRun, settle: (outcome: SandboxOutcome) => void): number {
    const number = this.nextRun++;
    this.startedRuns += 1;
    this.open.set(number, {
      run,
      settle,
      abort: null,
      stopped: null,
      openCalls: 0,
      quietSinceMs: performance.now(),
      isUnheard: true,
    });
    const meta = JSON.stringify({ timeoutMs: run.timeoutMs, trace: run.trace, limits: run.limits });
    const { artifactHash, runId, fn, argsJson, infoJson, ctxJson } = run;
    this.writer.send(KIND.start, number, [artifactHash, meta, runId, fn, argsJson, infoJson, ctxJson]);
    if (this.open.size === 1) {
      this.unanswered = 0;
      this.timer?.ref();
    }
    return number;
  }

  stop(number: number, reason: 'cancelled' | 'shutdown'): void {
    const entry = this.open.get(number);
    if (entry === undefined || entry.stopped !== null) return;
    entry.stopped = reason;
    this.writer.send(KIND.stop, number, [reason]);
  }

  /** Lets it end by itself, for idle children: its input closes. */
  end(): void {
    this.isDraining = true;
    this.endedAtMs ??= performance.now();
    this.endReason ??= 'the sandbox process was ended';
    this.process.stdin.end();
  }

  /** One that was told to end and does not, because it is stopped for instance, is killed. */
  endInTime(nowMs: number): void {
    if (this.endedAtMs !== null && nowMs - this.endedAtMs > END_WITHIN_MS) this.process.kill('SIGKILL');
  }

  /** Ends it at once. What still runs on it is lost, the suspects among them as such. */
  kill(reason: string): void {
    if (this.endReason === null) killed.add();
    this.isDraining = true;
    this.endReason ??= reason;
    this.process.kill('SIGKILL');
  }

  /** Ends it because the worker ends: nobody on it is to blame. */
  abandon(): void {
    this.busy = [];
    this.loseAll(new Set(), 'the worker is shutting down');
    this.kill('the worker is shutting down');
  }

  private hear(frame: Frame): void {
    this.unanswered = 0;
    const entry = this.open.get(frame.run);
    if (entry !== undefined) {
      entry.isUnheard = false;
      entry.quietSinceMs = performance.now();
    }
    switch (frame.kind) {
      case KIND.post:
        if (entry !== undefined) this.post(frame.run, entry, text(frame, 0), text(frame, 1));
        return;
      case KIND.trace:
        // A copy: what arrived with it in one message would be kept as long.
        if (entry !== undefined)
          this.taken(frame.run, entry, 'trace', (host) => host.trace?.(Buffer.from(frame.fields[0] ?? '')));
        return;
      case KIND.call:
        if (entry !== undefined) void this.answer(frame.run, entry, frame);
        return;
      case KIND.end:
        if (entry !== undefined) this.settle(frame.run, endOf(entry, frame));
        return;
      case KIND.lost:
        this.lose(frame.run, text(frame, 0) === 'suspect', text(frame, 1));
        return;
      case KIND.busy:
        this.busy = numbers(json(frame, 0));
        return;
      case KIND.need: {
        const hash = text(frame, 0);
        this.artifacts.delete(hash);
        this.events.needs(this, hash);
        return;
      }
      case KIND.fatal:
        this.busy = numbers(json(frame, 0));
        for (const each of this.open.values()) each.isUnheard = false;
        this.kill(text(frame, 1));
        return;
      case KIND.pong:
        this.takePong(json(frame, 0));
        return;
      case KIND.ready:
        this.isReady = true;
        return;
      default:
        throw new Error(`an unknown frame ${String(frame.kind)}`);
    }
  }

  /** An isolate died; each of its runs is told of in a frame of its own, all in the same message. */
  private lose(number: number, suspect: boolean, reason: string): void {
    if (this.open.get(number)?.stopped !== 'shutdown') {
      if (this.losses.size === 0) setImmediate(() => this.reportLosses());
      const { runs, suspects } = this.losses.get(reason) ?? { runs: 0, suspects: 0 };
      this.losses.set(reason, { runs: runs + 1, suspects: suspects + (suspect ? 1 : 0) });
    }
    this.settle(number, { status: 'lost', suspect, reason });
  }

  private reportLosses(): void {
    for (const [reason, counts] of this.losses)
      this.settings.log('sandbox.isolate_died', { pid: this.pid, reason, ...counts });
    this.losses.clear();
  }

  private post(number: number, entry: OpenRun, name: string, payload: string): void {
    if (!isPostName(name)) throw new Error(`an unknown post ${name}`);
    this.taken(number, entry, name, (host) => host.post(name, payload));
  }

  private taken(number: number, entry: OpenRun, name: string, give: (host: SandboxHost) => void): void {
    try {
      give(entry.run.host);
    } catch (error) {
      // The host could make nothing of it; the run can't go on as if it had been taken.
      const message = error instanceof Error ? error.message : String(error);
      this.settings.log('sandbox.post_refused', { runId: entry.run.runId, name, message });
      this.stop(number, 'shutdown');
      this.settle(
        number,
        outcomeOf(
          failedEnd('unhandled-error', false, 'The platform could not take what the run sent', Date.now()),
        ),
      );
    }
  }

  private async answer(number: number, entry: OpenRun, frame: Frame): Promise<void> {
    const callId = text(frame, 0);
    entry.openCalls += 1;
    entry.abort ??= new AbortController();
    let answer: readonly string[];
    try {
      const value = await entry.run.host.call(text(frame, 1), text(frame, 2), entry.abort.signal);
      if (value.length > MAX_ANSWER_CHARS)
        throw Object.assign(new Error('the answer is too large'), { code: 'quota' });
      answer = [callId, 'ok', value];
    } catch (error) {
      answer = [callId, 'error', JSON.stringify(hostErrorOf(error))];
    }
    if (!this.open.has(number)) return;
    entry.openCalls -= 1;
    entry.isUnheard = true;
    entry.quietSinceMs = performance.now();
    this.writer.send(KIND.answer, number, answer);
  }

  private takePong(value: unknown): void {
    const { isolates, rss } = value as { readonly isolates: unknown; readonly rss: unknown };
    if (typeof isolates !== 'number' || typeof rss !== 'number') throw new Error('not an answer to a ping');
    this.isolates = isolates;
    if (rss > this.settings.recycleAboveMb * 1024 * 1024) this.isDraining = true;
  }

  private settle(number: number, outcome: SandboxOutcome): void {
    const entry = this.open.get(number);
    if (entry === undefined) return;
    this.open.delete(number);
    entry.abort?.abort();
    if (this.open.size === 0) {
      this.idleSinceMs = performance.now();
      this.timer?.unref();
    }
    entry.settle(outcome);
    if (!this.isGone) this.events.freed(this);
  }

  /**
   * A child whose main thread is silent is beyond help: stopped, or its threads fight a catastrophe in V8. Silence is
   * counted in pings, not in time, for it may be this process that stood still.
   */
  private listen(): void {
    if (this.open.size === 0) {
      this.unanswered = 0;
      return;
    }
    const patienceMs = this.isReady ? this.settings.silentMs : this.settings.startTimeoutMs;
    if (this.unanswered * PING_MS >= patienceMs) {
      this.kill(this.isReady ? 'the sandbox process did not answer' : 'the sandbox process did not start');
      return;
    }
    this.unanswered += 1;
    this.writer.send(KIND.ping, 0);
    this.events.freed(this);
  }

  private gone(code: number | null, signal: string | null, problem: string | null): void {
    if (this.isGone) return;
    this.isGone = true;
    this.isDraining = true;
    if (this.timer !== null) clearInterval(this.timer);
    const unheard = [...this.open].filter(([, each]) => each.isUnheard).map(([number]) => number);
    const reason = this.endReason ?? problem ?? `the sandbox process ended (${signal ?? code})`;
    if (this.endReason === null || this.open.size > 0) {
      const facts = {
        pid: this.pid,
        reason,
        runs: this.open.size,
        afterMs: Math.round(performance.now() - this.startedAtMs),
      };
      this.settings.log('sandbox.child_died', {
        ...facts,
        ...(this.stderr !== '' && { stderr: this.stderr }),
      });
    }
    this.loseAll(suspectsOf({ code, signal, busy: this.busy, unheard }), reason);
    this.events.exited(this);
  }

  private loseAll(suspects: ReadonlySet<number>, reason: string): void {
    for (const number of [...this.open.keys()]) {
      this.settle(number, { status: 'lost', suspect: suspects.has(number), reason });
    }
  }
}

function endOf(entry: OpenRun, frame: Frame): SandboxOutcome {
  const end = { header: text(frame, 0), startedAtMs: Number(text(frame, 1)), resultJson: text(frame, 2) };
  const outcome = outcomeOf(end);
  // A program stopped for our sake has not been cancelled by anybody.
  if (entry.stopped === 'shutdown' && outcome.status === 'cancelled') {
    return { status: 'lost', suspect: false, reason: 'the worker is shutting down' };
  }
  return outcome;
}

function numbers(value: unknown): readonly number[] {
  if (!Array.isArray(value) || !value.every((each) => Number.isSafeInteger(each)))
    throw new Error('not run numbers');
  return value as number[]; // each is a number by the line above
}

function isPostName(name: string): name is Parameters<SandboxHost['post']>[0] {
  return name === 'event' || name === 'stream' || name === 'log' || name === 'secret';
}
