import type { Sandbox, SandboxHandle, SandboxOutcome, SandboxRun, SandboxStats } from '../port';
import { ChildLink, type LinkEvents } from './child-link';
import type { PoolSettings } from './settings';

interface Waiting {
  readonly run: SandboxRun;
  readonly settle: (outcome: SandboxOutcome) => void;
  readonly placed: (link: ChildLink, number: number) => void;
}

const REAP_MS = 5_000;
const ARTIFACT_CACHE_BYTES = 64 * 1024 * 1024;

/** The pool of children. Runs wait here while every child that may take them is full. */
export class ChildPool implements Sandbox, LinkEvents {
  private readonly links = new Set<ChildLink>();
  private waiting: Waiting[] = [];
  private isClosed = false;
  private readonly artifacts = new Map<string, Promise<Buffer>>();
  private artifactBytes = 0;
  private reaper: NodeJS.Timeout | null = null;
  private whenEmpty: (() => void) | null = null;

  constructor(private readonly settings: PoolSettings) {}

  start(run: SandboxRun): SandboxHandle {
    let link: ChildLink | null = null;
    let number = 0;
    let isStopped: 'cancelled' | 'shutdown' | null = null;
    const outcome = new Promise<SandboxOutcome>((settle) => {
      if (this.isClosed) {
        settle({ status: 'lost', suspect: false, reason: 'the worker is shutting down' });
        return;
      }
      const placed = (where: ChildLink, as: number): void => {
        link = where;
        number = as;
        if (isStopped !== null) where.stop(as, isStopped);
      };
      this.waiting.push({ run, settle, placed });
      this.place();
    });
    return {
      outcome,
      stop: (reason) => {
        isStopped = reason;
        if (link !== null) link.stop(number, reason);
        else this.dropWaiting(run, reason);
      },
    };
  }

  stats(): SandboxStats {
    const links = [...this.links];
    return {
      children: links.length,
      isolates: links.reduce((sum, link) => sum + link.isolates, 0),
      running: links.reduce((sum, link) => sum + link.running, 0),
      waiting: this.waiting.length,
    };
  }

  async close(graceMs: number): Promise<void> {
    this.isClosed = true;
    for (const { settle } of this.waiting.splice(0)) {
      settle({ status: 'lost', suspect: false, reason: 'the worker is shutting down' });
    }
    for (const link of this.links) if (link.running === 0) link.end();
    if (!(await this.emptyWithin(graceMs))) {
      for (const link of this.links) link.kill();
      await this.emptyWithin(5_000);
    }
    if (this.reaper !== null) clearInterval(this.reaper);
  }

  settled(link: ChildLink): void {
    if (link.running === 0 && (this.isClosed || link.isQuarantine || link.isDraining)) link.end();
    this.place();
  }

  exited(link: ChildLink): void {
    this.links.delete(link);
    if (this.links.size === 0) this.whenEmpty?.();
    this.place();
  }

  private place(): void {
    const later: Waiting[] = [];
    for (const entry of this.waiting) {
      const link = this.linkFor(entry.run);
      if (link === null) later.push(entry);
      else void this.begin(link, entry);
    }
    this.waiting = later;
  }

  private linkFor(run: SandboxRun): ChildLink | null {
    if (run.quarantine) return this.quarantine();
    const org = this.settings.isolateOrgs ? run.orgId : null;
    const mine = [...this.links].filter(
      (link) => link.orgId === org && !link.isQuarantine && !link.isDraining,
    );
    const free = mine.filter((link) => link.running + this.beginning(link) < this.settings.runsPerChild);
    const warm = free.filter((link) => link.holds(run.artifactHash));
    const least = leastBusy(warm.length > 0 ? warm : free);
    // An idle pool wakes one child; a second one only when the first has more to do than one isolate takes.
    if (least !== null && (least.running < 16 || !this.hasRoom())) return least;
    if (this.hasRoom()) return this.spawn(org, false);
    if (least !== null) return least;
    this.makeRoomFor(org);
    return null;
  }

  /** One suspect at a time, in a child of its own that ends with it. */
  private quarantine(): ChildLink | null {
    const busy = [...this.links].some((link) => link.isQuarantine);
    return busy || this.isClosed ? null : this.spawn(null, true);
  }

  private hasRoom(): boolean {
    const ordinary = [...this.links].filter((link) => !link.isQuarantine && !link.isDraining);
    return ordinary.length < this.settings.children;
  }

  /** Another organization's child that does nothing goes. */
  private makeRoomFor(org: string | null): void {
    const idle = [...this.links].find((link) => link.orgId !== org && link.running === 0 && !link.isDraining);
    idle?.end();
  }

  private spawn(org: string | null, isQuarantine: boolean): ChildLink {
    const link = new ChildLink(this.settings, org, isQuarantine, this);
    this.links.add(link);
    this.reaper ??= setInterval(() => this.reap(), REAP_MS).unref();
    return link;
  }

  private readonly beginnings = new Map<ChildLink, number>();

  private beginning(link: ChildLink): number {
    return this.beginnings.get(link) ?? 0;
  }

  private async begin(link: ChildLink, { run, settle, placed }: Waiting): Promise<void> {
    if (!link.holds(run.artifactHash)) {
      this.beginnings.set(link, this.beginning(link) + 1);
      try {
        const artifact = await this.artifactOf(run);
        if (!link.holds(run.artifactHash)) link.sendArtifact(run.artifactHash, artifact);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        settle({ status: 'lost', suspect: false, reason: `the artifact could not be read: ${reason}` });
        return;
      } finally {
        this.beginnings.set(link, this.beginning(link) - 1);
      }
    }
    placed(link, link.start(run, settle));
    if (link.startedRuns >= this.settings.recycleAfterRuns) link.isDraining = true;
  }

  private artifactOf(run: SandboxRun): Promise<Buffer> {
    const known = this.artifacts.get(run.artifactHash);
    if (known !== undefined) return known;
    const loading = run.loadArtifact();
    this.artifacts.set(run.artifactHash, loading);
    loading.then(
      (artifact) => this.keep(artifact.length),
      () => this.artifacts.delete(run.artifactHash),
    );
    return loading;
  }

  private keep(bytes: number): void {
    this.artifactBytes += bytes;
    if (this.artifactBytes <= ARTIFACT_CACHE_BYTES) return;
    this.artifacts.clear();
    this.artifactBytes = 0;
  }

  private dropWaiting(run: SandboxRun, reason: string): void {
    const entry = this.waiting.find((each) => each.run === run);
    if (entry === undefined) return;
    this.waiting = this.waiting.filter((each) => each !== entry);
    if (reason === 'shutdown')
      entry.settle({ status: 'lost', suspect: false, reason: 'the worker is shutting down' });
    else {
      entry.settle({
        status: 'cancelled',
        resultJson: '{"$type":"::hot::run/Cancellation","$val":{"msg":"Run cancelled","data":null}}',
        callCount: 0,
        traceBytes: 0,
        droppedCalls: 0,
        startedAtMs: Date.now(),
      });
    }
  }

  private reap(): void {
    const now = performance.now();
    for (const link of this.links) {
      if (link.running === 0 && this.beginning(link) === 0 && now - link.idleSinceMs > this.settings.idleMs)
        link.end();
    }
    if (this.links.size === 0 && this.reaper !== null) {
      clearInterval(this.reaper);
      this.reaper = null;
    }
  }

  private emptyWithin(ms: number): Promise<boolean> {
    if (this.links.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.whenEmpty = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

function leastBusy(links: readonly ChildLink[]): ChildLink | null {
  return links.reduce<ChildLink | null>(
    (best, link) => (best === null || link.running < best.running ? link : best),
    null,
  );
}
