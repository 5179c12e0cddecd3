/** Everything a child does: holds artifacts and isolates, begins runs, watches, reports. */
import { readFileSync } from 'node:fs';
import { KIND, text, type Frame, type FrameWriter } from '../frames';
import { ControlClock } from './clock';
import { haltOutcome } from './halt-outcome';
import { IsolateHost, REGION_WORDS, type IsolateEvents } from './isolate-host';
import type { ChildSettings } from './settings';

const WATCH_MS = 10;

interface StartHeader {
  readonly artifact: string;
  readonly timeoutMs: number;
  readonly alone: boolean;
}

interface Waiting {
  readonly run: number;
  readonly header: StartHeader;
  readonly request: string;
}

export class ChildHost implements IsolateEvents {
  private readonly runtimeSource: string;
  private readonly shared: SharedArrayBuffer;
  private readonly clock: ControlClock;
  private readonly artifacts = new Map<string, { readonly js: string; readonly tables: string }>();
  private readonly isolates = new Set<IsolateHost>();
  private readonly hostOf = new Map<number, IsolateHost>();
  private readonly freeRegions: number[];
  private readonly loading = new Set<string>();
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly settings: ChildSettings,
    private readonly out: FrameWriter,
  ) {
    this.runtimeSource = readFileSync(settings.runtimePath, 'utf8');
    this.freeRegions = Array.from({ length: settings.maxIsolates }, (_, i) => i);
    this.shared = new SharedArrayBuffer(settings.maxIsolates * REGION_WORDS * 4);
    this.clock = new ControlClock(this.shared, REGION_WORDS, settings.maxIsolates);
  }

  take(frame: Frame): void {
    switch (frame.kind) {
      case KIND.artifact: {
        const { js, tables } = JSON.parse(text(frame, 1)) as { js: string; tables: string };
        this.artifacts.set(text(frame, 0), { js, tables });
        return;
      }
      case KIND.start: {
        const header = JSON.parse(text(frame, 0)) as StartHeader;
        this.waiting.push({ run: frame.run, header, request: text(frame, 1) });
        this.admit();
        return;
      }
      case KIND.stop:
        this.stop(frame.run, text(frame, 0) === 'shutdown' ? 'shutdown' : 'cancelled');
        return;
      case KIND.answer:
        this.hostOf
          .get(frame.run)
          ?.answer(frame.run, Number(text(frame, 0)), text(frame, 1) === 'ok', text(frame, 2));
        return;
      case KIND.ping:
        this.out.send(KIND.pong, 0, [JSON.stringify(this.beat())]);
        return;
      default:
        return;
    }
  }

  // ---- events of isolates

  post(run: number, name: string, payload: string): void {
    this.out.send(KIND.post, run, [name, payload]);
  }

  call(run: number, callId: number, name: string, args: string): void {
    this.out.send(KIND.call, run, [`${callId}`, name, args]);
  }

  end(run: number, header: string, resultJson: string): void {
    this.hostOf.delete(run);
    this.out.send(KIND.end, run, [header, resultJson]);
    if (this.waiting.length > 0) this.admit();
  }

  lost(run: number, suspect: boolean, reason: string): void {
    this.hostOf.delete(run);
    this.out.send(KIND.lost, run, [JSON.stringify({ suspect, reason })]);
  }

  gone(host: IsolateHost): void {
    this.isolates.delete(host);
    this.freeRegions.push(host.region);
    if (this.waiting.length > 0) setImmediate(() => this.admit());
  }

  // ---- admission

  private admit(): void {
    const later: Waiting[] = [];
    for (const entry of this.waiting) if (!this.tryBegin(entry)) later.push(entry);
    this.waiting = later;
    this.watchWhileActive();
  }

  private tryBegin({ run, header, request }: Waiting): boolean {
    const host = [...this.isolates].find((each) => each.artifactHash === header.artifact && each.isOpen);
    if (host !== undefined) {
      this.hostOf.set(run, host);
      host.begin(run, request, header.timeoutMs, this.clock.nowMs());
      return true;
    }
    if (!this.loading.has(header.artifact)) void this.openIsolate(header.artifact);
    return false;
  }

  private async openIsolate(hash: string): Promise<void> {
    const artifact = this.artifacts.get(hash);
    const region = this.freeRegions.pop() ?? this.evictIdle();
    if (region === undefined) return;
    if (artifact === undefined) {
      this.freeRegions.push(region);
      this.refuse(hash, 'the artifact did not arrive');
      return;
    }
    this.loading.add(hash);
    const host = new IsolateHost(hash, region, this.shared, this.settings, this, (message) =>
      this.catastrophe(message),
    );
    try {
      await host.load(this.runtimeSource, artifact);
      this.isolates.add(host);
    } catch (error) {
      host.dispose();
      this.freeRegions.push(region);
      this.refuse(hash, error instanceof Error ? error.message : String(error));
    } finally {
      this.loading.delete(hash);
      this.admit();
    }
  }

  /** Room for another artifact: the isolate that has been idle for longest goes. */
  private evictIdle(): number | undefined {
    const idle = [...this.isolates].filter((each) => each.runs.size === 0);
    const oldest = idle.sort((a, b) => a.lastUsedMs - b.lastUsedMs)[0];
    if (oldest === undefined) return undefined;
    this.isolates.delete(oldest);
    oldest.dispose();
    return oldest.region;
  }

  /** Runs whose program can't be loaded fail: trying again would not help. */
  private refuse(hash: string, reason: string): void {
    const refused = this.waiting.filter((entry) => entry.header.artifact === hash);
    this.waiting = this.waiting.filter((entry) => entry.header.artifact !== hash);
    for (const { run } of refused) {
      const header = {
        status: 'failed',
        failureKind: 'unhandled-error',
        retryable: false,
        stats: { callCount: 0, traceBytes: 0, droppedCalls: 0 },
        startedAtMs: Date.now(),
      };
      const result = {
        $type: '::hot::run/Failure',
        $val: { msg: `The build can't be loaded: ${reason}`, err: null },
      };
      this.out.send(KIND.end, run, [JSON.stringify(header), JSON.stringify(result)]);
    }
  }

  private stop(run: number, reason: 'cancelled' | 'shutdown'): void {
    const host = this.hostOf.get(run);
    if (host !== undefined) {
      host.stop(run, reason, this.clock.nowMs());
      return;
    }
    const entry = this.waiting.find((each) => each.run === run);
    if (entry === undefined) return;
    this.waiting = this.waiting.filter((each) => each !== entry);
    if (reason === 'shutdown') this.lost(run, false, 'the worker is shutting down');
    else {
      const outcome = haltOutcome('cancelled', 0, this.settings.memoryMb, Date.now());
      this.out.send(KIND.end, run, [outcome.header, outcome.resultJson]);
    }
  }

  // ---- watching

  private watchWhileActive(): void {
    const isActive = this.hostOf.size > 0 || this.waiting.length > 0;
    this.clock.setActive(isActive);
    if (isActive && this.timer === null) this.timer = setInterval(() => this.watch(), WATCH_MS);
    if (!isActive && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
  }

  private watch(): void {
    const nowMs = this.clock.nowMs();
    for (const host of [...this.isolates]) if (host.runs.size > 0) host.watch(nowMs);
    if (this.waiting.length > 0) this.admit();
    else this.watchWhileActive();
  }

  private beat(): { readonly onCpu: readonly number[]; readonly isolates: number } {
    return { onCpu: [...this.isolates].flatMap((host) => host.onCpu()), isolates: this.isolates.size };
  }

  /** V8 gave up inside an isolate; its thread will never answer, only the end of this process frees it. */
  private catastrophe(message: string): void {
    this.out.send(KIND.fatal, 0, [JSON.stringify({ ...this.beat(), message })]);
    this.out.flush();
  }
}
