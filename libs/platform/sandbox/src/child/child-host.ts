/** Everything a child does: takes frames, begins runs in isolates, watches them, reports. */
import { failedEnd, haltEnd, type EndOfRun } from '../end-of-run';
import { json, KIND, text, type Frame, type FrameWriter } from '../frames';
import { ArtifactStore } from './artifact-store';
import { ControlClock } from './clock';
import type { IsolateEvents, IsolateHost, Start } from './isolate-host';
import { IsolateSet } from './isolate-set';
import type { ChildSettings } from './settings';

const TENSE_MS = 10;
const CALM_MS = 250;
/** How long a slice is before the worker hears of it: should this process die, that is who it was. */
const BUSY_AFTER_MS = 8;
/** Time counts at most so much per look, or a machine that stood still would look like a run that does not listen. */
const MAX_ELAPSED_MS = 50;
/** Above this nobody reads what we write: isolates wait with what they have. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;
const MIB = 1024 * 1024;
/** What this process may hold besides its isolates. */
const OWN_MIB = 400;
/** isolated-vm calls its limit a guideline: memory outside V8's heap, and a heap that is being ended, go beyond. */
const OVERSHOOT = 2.5;
const OVER_LIMIT_MS = 100;

interface Waiting extends Start {
  readonly artifactHash: string;
}

export class ChildHost implements IsolateEvents {
  private readonly clock = new ControlClock();
  private readonly artifacts: ArtifactStore;
  private readonly isolates: IsolateSet;
  private readonly hostOf = new Map<number, IsolateHost>();
  private readonly needed = new Set<string>();
  private waiting: Waiting[] = [];
  private heldBack: (() => void)[] = [];
  private reportedBusy = '';
  private timer: NodeJS.Timeout | null = null;
  private timerMs = 0;
  private lookedMs = 0;
  private overLimitMs = 0;

  constructor(
    private readonly settings: ChildSettings,
    private readonly out: FrameWriter,
  ) {
    this.artifacts = new ArtifactStore(settings.maxArtifactMb * MIB);
    this.isolates = new IsolateSet(settings, this.clock, this);
  }

  /** Throws when the frame makes no sense. */
  take(frame: Frame): void {
    switch (frame.kind) {
      case KIND.artifact:
        this.takeArtifact(text(frame, 0), frame.fields[1] ?? Buffer.alloc(0));
        return;
      case KIND.start:
        this.waiting.push(startOf(frame));
        this.admit();
        return;
      case KIND.stop:
        this.stop(frame.run, text(frame, 0) === 'shutdown' ? 'shutdown' : 'cancelled');
        return;
      case KIND.answer: {
        const host = this.hostOf.get(frame.run);
        host?.answer(frame.run, Number(text(frame, 0)), text(frame, 1) === 'ok', text(frame, 2));
        this.keepWatch();
        return;
      }
      case KIND.ping:
        this.out.send(KIND.pong, 0, [
          JSON.stringify({ isolates: this.isolates.size, rss: process.memoryUsage.rss() }),
        ]);
        return;
      default:
        throw new Error(`an unknown frame ${frame.kind}`);
    }
  }

  /** Everything written so far has been read. */
  drained(): void {
    for (const passOn of this.heldBack.splice(0)) passOn();
  }

  // ---- events of isolates

  post(run: number, name: string, payload: string): void {
    this.out.send(KIND.post, run, [name, payload]);
  }

  trace(run: number, block: Uint8Array): void {
    this.out.send(KIND.trace, run, [block]);
  }

  call(run: number, callId: number, name: string, args: string): void {
    this.out.send(KIND.call, run, [`${callId}`, name, args]);
  }

  taken(passOn: () => void): void {
    if (this.out.backlog < MAX_BACKLOG_BYTES) passOn();
    else this.heldBack.push(passOn);
  }

  end(run: number, { header, startedAtMs, resultJson }: EndOfRun): void {
    this.hostOf.delete(run);
    this.out.send(KIND.end, run, [header, `${startedAtMs}`, resultJson]);
    if (this.waiting.length > 0) this.admit();
  }

  lost(run: number, suspect: boolean, reason: string): void {
    this.hostOf.delete(run);
    this.out.send(KIND.lost, run, [suspect ? 'suspect' : 'innocent', reason]);
  }

  gone(host: IsolateHost): void {
    this.isolates.remove(host);
    setImmediate(() => this.admit());
  }

  stuck(host: IsolateHost, reason: string): void {
    // Its own runs have ended. When it was still loading, those who wait for its program brought it here.
    const suspects = this.waiting.filter((each) => each.artifactHash === host.artifactHash && !host.isLoaded);
    this.giveUp(
      suspects.map((each) => each.run),
      reason,
    );
  }

  // ---- admission

  private takeArtifact(hash: string, bytes: Buffer): void {
    this.needed.delete(hash);
    try {
      this.artifacts.add(hash, bytes);
      this.admit();
    } catch (error) {
      this.refuse(hash, error);
    }
  }

  private admit(): void {
    if (this.waiting.length > 0) {
      const later: Waiting[] = [];
      const full = new Set<string>();
      for (const entry of this.waiting) {
        if (full.has(entry.artifactHash) || !this.tryBegin(entry)) {
          full.add(entry.artifactHash);
          later.push(entry);
        }
      }
      this.waiting = later;
      for (const hash of full) this.wantIsolate(hash);
    }
    this.keepWatch();
  }

  private tryBegin(entry: Waiting): boolean {
    const host = this.isolates.openFor(entry.artifactHash);
    if (host === undefined) return false;
    this.hostOf.set(entry.run, host);
    host.begin(entry);
    return true;
  }

  private wantIsolate(hash: string): void {
    if (this.isolates.isLoading(hash) || this.needed.has(hash)) return;
    const artifact = this.artifacts.get(hash);
    if (artifact === undefined) {
      this.needed.add(hash);
      this.out.send(KIND.need, 0, [hash]);
      return;
    }
    if (!this.isolates.makeRoom()) return;
    this.isolates
      .open(hash, artifact)
      .catch((error: unknown) => this.refuse(hash, error))
      .finally(() => this.admit());
  }

  /** Runs whose program can't be loaded fail: trying again would not help. */
  private refuse(hash: string, error: unknown): void {
    const refused = this.waiting.filter((entry) => entry.artifactHash === hash);
    this.waiting = this.waiting.filter((entry) => entry.artifactHash !== hash);
    const message = `The build can't be loaded: ${error instanceof Error ? error.message : String(error)}`;
    for (const { run } of refused) this.end(run, failedEnd('unhandled-error', false, message, Date.now()));
  }

  private stop(run: number, reason: 'cancelled' | 'shutdown'): void {
    const host = this.hostOf.get(run);
    if (host !== undefined) host.stop(run, reason);
    else if (this.waiting.some((each) => each.run === run)) {
      this.waiting = this.waiting.filter((each) => each.run !== run);
      if (reason === 'shutdown') this.lost(run, false, 'the worker is shutting down');
      else this.end(run, haltEnd('cancelled', { timeoutMs: 0, memoryMb: 0, startedAtMs: Date.now() }));
    }
    this.keepWatch();
  }

  // ---- watching

  /** Every few milliseconds while something computes or was asked to stop, now and then while runs wait, else never. */
  private keepWatch(): void {
    const hosts = this.isolates.watched;
    const isTense = this.waiting.length > 0 || hosts.some((host) => host.isTense);
    const wanted = isTense ? TENSE_MS : this.hostOf.size > 0 ? CALM_MS : 0;
    if (this.timer !== null && (wanted === 0 || wanted < this.timerMs)) {
      clearTimeout(this.timer);
      this.timer = null;
    }
    if (wanted === 0) this.clock.setActive(false);
    if (wanted === 0 || this.timer !== null) return;
    this.timerMs = wanted;
    this.lookedMs = performance.now();
    this.timer = setTimeout(() => this.look(), Math.max(1, Math.min(wanted, this.untilDeadline(hosts))));
  }

  private untilDeadline(hosts: readonly IsolateHost[]): number {
    const next = Math.min(Infinity, ...hosts.map((host) => host.nextDeadlineMs));
    return Math.ceil(next - this.clock.nowMs());
  }

  private look(): void {
    this.timer = null;
    const elapsedMs = Math.min(MAX_ELAPSED_MS, performance.now() - this.lookedMs);
    const hosts = this.isolates.watched;
    for (const host of hosts) host.watch(elapsedMs);
    this.guardMemory(hosts, elapsedMs);
    this.isolates.tidy();
    this.clock.setActive(hosts.some((host) => host.isLong));
    this.reportBusy(hosts);
    this.admit();
  }

  /** Memory that no isolate answers for: native objects, or a disposed isolate that goes on. */
  private guardMemory(hosts: readonly IsolateHost[], elapsedMs: number): void {
    const computing = hosts.filter((host) => host.isComputing);
    const heaps = hosts.reduce((sum, host) => sum + host.heapBytes, 0);
    const limit = OWN_MIB * MIB + heaps + computing.length * OVERSHOOT * this.settings.memoryMb * MIB;
    if (computing.length === 0 || process.memoryUsage.rss() < limit) {
      this.overLimitMs = 0;
      return;
    }
    this.overLimitMs += elapsedMs;
    for (const host of computing) host.outgrow();
    if (this.overLimitMs > OVER_LIMIT_MS) this.giveUp([], 'the sandbox process ran out of memory');
  }

  /** Asks the worker to kill this process. */
  private giveUp(suspects: readonly number[], reason: string): void {
    this.out.send(KIND.fatal, 0, [JSON.stringify(suspects), reason]);
    this.out.flush();
  }

  private reportBusy(hosts: readonly IsolateHost[]): void {
    const busy = hosts.map((host) => host.onCpu(BUSY_AFTER_MS)).filter((run) => run !== null);
    const report = JSON.stringify(busy);
    if (report === this.reportedBusy || (busy.length === 0 && this.reportedBusy === '')) return;
    this.reportedBusy = report;
    this.out.send(KIND.busy, 0, [report]);
  }
}

function startOf(frame: Frame): Waiting {
  const { timeoutMs, trace, limits } = json(frame, 1) as {
    timeoutMs: number;
    trace: boolean;
    limits: { maxResultBytes: number };
  };
  return {
    run: frame.run,
    artifactHash: text(frame, 0),
    timeoutMs,
    maxResultBytes: limits.maxResultBytes,
    args: [
      text(frame, 2),
      text(frame, 3),
      text(frame, 4),
      text(frame, 5),
      text(frame, 6),
      JSON.stringify(limits),
      trace,
    ],
  };
}
