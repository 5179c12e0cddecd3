import type { Sandbox, SandboxHandle, SandboxOutcome, SandboxRun, SandboxStats } from '../port';
import { failedEnd, haltEnd, outcomeOf } from '../end-of-run';
import { ArtifactCache } from './artifact-cache';
import { ChildLink, type LinkEvents } from './child-link';
import { QUARANTINE, RunQueue, type Group, type WaitingRun } from './run-queue';
import type { PoolSettings } from './settings';

const REAP_MS = 1_000;
const ARTIFACT_CACHE_BYTES = 64 * 1024 * 1024;
/** After a child that died before it was ready, so that a broken installation does not burn a processor. */
const SPAWN_PAUSE_MS = 1_000;
const ARTIFACT_PAUSE_MS = 500;

type StopReason = 'cancelled' | 'shutdown';

/** The pool of children. Runs wait here while every child that may take them is full. */
export class ChildPool implements Sandbox, LinkEvents {
  private readonly links = new Set<ChildLink>();
  private readonly queue = new RunQueue();
  private readonly artifacts = new ArtifactCache(ARTIFACT_CACHE_BYTES);
  /** Runs whose artifact is being read, by the child they will go to. */
  private readonly beginning = new Map<ChildLink, number>();
  /** How to read an artifact again, should a child have given it up; of runs that have not ended. */
  private readonly loaders = new Map<string, { readonly load: () => Promise<Buffer>; users: number }>();
  private isClosed = false;
  private isPlacing = false;
  private notBeforeMs = 0;
  private reaper: NodeJS.Timeout | null = null;
  private whenEmpty: (() => void) | null = null;

  constructor(private readonly settings: PoolSettings) {}

  start(run: SandboxRun): SandboxHandle {
    let place: { readonly link: ChildLink; readonly number: number } | null = null;
    let isStopped: StopReason | null = null;
    const outcome = new Promise<SandboxOutcome>((resolve) => {
      if (this.isClosed) return resolve(lost('the worker is shutting down'));
      if (this.queue.size >= this.settings.maxWaiting) return resolve(lost('too many runs wait for a place'));
      this.useLoader(run);
      const settle = (end: SandboxOutcome): void => {
        this.freeLoader(run);
        resolve(end);
      };
      const placed = (link: ChildLink, number: number): void => {
        place = { link, number };
        if (isStopped !== null) link.stop(number, isStopped);
      };
      this.queue.add(this.groupOf(run), { run, sinceMs: performance.now(), settle, placed });
      this.place();
    });
    return {
      outcome,
      stop: (reason) => {
        isStopped ??= reason;
        if (place !== null) place.link.stop(place.number, reason);
        else this.queue.remove(run)?.settle(neverBegun(reason));
      },
    };
  }

  stats(): SandboxStats {
    const links = [...this.links];
    return {
      children: links.length,
      isolates: links.reduce((sum, link) => sum + link.isolates, 0),
      running: links.reduce((sum, link) => sum + link.running + this.beginningOn(link), 0),
      waiting: this.queue.size,
    };
  }

  /** Process ids of the children, for whoever watches the machine. */
  pids(): readonly number[] {
    return [...this.links].map((link) => link.pid);
  }

  async close(graceMs: number): Promise<void> {
    this.isClosed = true;
    for (const { settle } of this.queue.removeAll()) settle(lost('the worker is shutting down'));
    for (const link of this.links) this.endIfDone(link);
    if (!(await this.emptyWithin(graceMs))) {
      for (const link of this.links) link.abandon();
      await this.emptyWithin(5_000);
    }
    if (this.reaper !== null) clearInterval(this.reaper);
    this.reaper = null;
  }

  // ---- what children tell

  freed(link: ChildLink): void {
    this.endIfDone(link);
    this.place();
  }

  needs(link: ChildLink, artifactHash: string): void {
    const loader = this.loaders.get(artifactHash);
    if (loader === undefined) return; // its runs have ended meanwhile
    void Promise.resolve(this.artifact(artifactHash, loader.load)).then(
      (artifact) => link.sendArtifact(artifactHash, artifact),
      // Without its artifact the child can begin nothing: its runs go elsewhere.
      (error: unknown) => link.kill(`an artifact could not be read: ${messageOf(error)}`),
    );
  }

  exited(link: ChildLink): void {
    this.links.delete(link);
    this.beginning.delete(link);
    if (!link.isReady) this.notBeforeMs = performance.now() + SPAWN_PAUSE_MS;
    if (this.links.size === 0) this.whenEmpty?.();
    this.place();
  }

  // ---- places

  private groupOf(run: SandboxRun): Group {
    if (run.quarantine) return QUARANTINE;
    return this.settings.isolateOrgs ? run.orgId : null;
  }

  private place(): void {
    // Settling a run may start the next from within: one round at a time.
    if (this.isPlacing || this.queue.size === 0) return;
    this.isPlacing = true;
    try {
      this.queue.offer((group, entry) => {
        const link = group === QUARANTINE ? this.quarantine() : this.linkFor(group, entry);
        if (link === null) return false;
        this.begin(link, group, entry);
        return true;
      });
    } finally {
      this.isPlacing = false;
    }
    this.watch();
  }

  private linkFor(org: string | null, { run, sinceMs }: WaitingRun): ChildLink | null {
    let best: ChildLink | null = null;
    let bestLoad = Infinity;
    for (const link of this.links) {
      if (link.orgId !== org || link.isQuarantine || link.isDraining) continue;
      const load = link.atWork() + this.beginningOn(link);
      if (load >= this.settings.runsPerChild) continue;
      // A child that has the program warm is worth a few places in the line.
      const score = load + (link.holds(run.artifactHash) ? 0 : this.settings.runsPerIsolate / 2);
      if (score < bestLoad) [best, bestLoad] = [link, score];
    }
    // An idle pool wakes one child; the next only when the first has more to do than one isolate takes.
    if (best !== null && bestLoad < this.settings.runsPerIsolate) return best;
    if (this.hasRoom(org) && performance.now() >= this.notBeforeMs) return this.spawn(org, false);
    if (best === null) this.makeRoomFor(org, sinceMs);
    return best;
  }

  /** One suspect at a time, in a child of its own that ends with it. */
  private quarantine(): ChildLink | null {
    for (const link of this.links) if (link.isQuarantine) return null;
    return performance.now() < this.notBeforeMs ? null : this.spawn(null, true);
  }

  /** Every organization may have as many children as there are; those that finish up are not counted as theirs. */
  private hasRoom(org: string | null): boolean {
    let mine = 0;
    let all = 0;
    for (const link of this.links) {
      if (link.isQuarantine) continue;
      all += 1;
      if (link.orgId === org && !link.isDraining) mine += 1;
    }
    return mine < this.settings.children && all < this.settings.children + this.settings.spareChildren;
  }

  /** Another organization's child goes: at once when it does nothing, else once it has finished, in fairness. */
  private makeRoomFor(org: string | null, sinceMs: number): void {
    const others = [...this.links].filter(
      (link) => link.orgId !== org && !link.isQuarantine && !link.isDraining,
    );
    const isUnfair = performance.now() - sinceMs > this.settings.fairAfterMs;
    const isOneOnItsWay = [...this.links].some((link) => link.isDraining && !link.isQuarantine);
    if (isOneOnItsWay) return;
    const [first] = others.sort((a, b) => a.running - b.running || a.idleSinceMs - b.idleSinceMs);
    if (first === undefined || (first.running > 0 && !isUnfair)) return;
    first.isDraining = true;
    this.endIfDone(first);
  }

  private spawn(org: string | null, isQuarantine: boolean): ChildLink {
    const link = new ChildLink(this.settings, org, isQuarantine, this);
    this.links.add(link);
    this.watch();
    return link;
  }

  private begin(link: ChildLink, group: Group, entry: WaitingRun): void {
    const { run } = entry;
    const artifact = link.holds(run.artifactHash) ? null : this.artifact(run.artifactHash, run.loadArtifact);
    if (!(artifact instanceof Promise)) {
      this.send(link, entry, artifact);
      return;
    }
    this.beginning.set(link, this.beginningOn(link) + 1);
    void artifact
      .then(
        (bytes) => {
          if (this.isClosed) entry.settle(lost('the worker is shutting down'));
          else if (link.isAlive && !link.isDraining) this.send(link, entry, bytes);
          else this.queue.addFirst(group, entry);
        },
        (error: unknown) => this.unreadable(group, entry, messageOf(error)),
      )
      .finally(() => {
        this.beginning.set(link, this.beginningOn(link) - 1);
        this.freed(link);
      });
  }

  /** The storage may be away for a moment: the run stays a while, then fails so that its retries decide. */
  private unreadable(group: Group, entry: WaitingRun, error: string): void {
    const { run } = entry;
    this.settings.log('sandbox.artifact_unreadable', { hash: run.artifactHash, runId: run.runId, error });
    if (performance.now() - entry.sinceMs < this.settings.artifactPatienceMs && !this.isClosed) {
      setTimeout(() => {
        if (this.isClosed) entry.settle(lost('the worker is shutting down'));
        else this.queue.addFirst(group, entry);
        this.place();
      }, ARTIFACT_PAUSE_MS);
      return;
    }
    entry.settle(
      outcomeOf(failedEnd('unhandled-error', null, `The build could not be read: ${error}`, Date.now())),
    );
  }

  private send(link: ChildLink, { run, settle, placed }: WaitingRun, artifact: Buffer | null): void {
    if (artifact !== null && !link.holds(run.artifactHash)) link.sendArtifact(run.artifactHash, artifact);
    placed(link, link.start(run, settle));
    if (link.startedRuns >= this.settings.recycleAfterRuns) link.isDraining = true;
  }

  private beginningOn(link: ChildLink): number {
    return this.beginning.get(link) ?? 0;
  }

  private endIfDone(link: ChildLink): void {
    if (link.running > 0 || this.beginningOn(link) > 0 || !link.isAlive) return;
    if (this.isClosed || link.isQuarantine || link.isDraining) link.end();
  }

  // ---- artifacts

  private artifact(hash: string, load: () => Promise<Buffer>): Buffer | Promise<Buffer> {
    return this.artifacts.get(hash, load);
  }

  private useLoader(run: SandboxRun): void {
    const known = this.loaders.get(run.artifactHash);
    if (known !== undefined) known.users += 1;
    else this.loaders.set(run.artifactHash, { load: run.loadArtifact, users: 1 });
  }

  private freeLoader(run: SandboxRun): void {
    const known = this.loaders.get(run.artifactHash);
    if (known === undefined) return;
    known.users -= 1;
    if (known.users === 0) this.loaders.delete(run.artifactHash);
  }

  // ---- time

  private watch(): void {
    this.reaper ??= setInterval(() => this.reap(), REAP_MS).unref();
  }

  private reap(): void {
    const now = performance.now();
    for (const link of this.links) {
      const isIdle = link.running === 0 && this.beginningOn(link) === 0;
      if (isIdle && now - link.idleSinceMs > this.settings.idleMs) link.end();
      link.endInTime(now);
    }
    this.place();
    if (this.links.size > 0 || this.queue.size > 0 || this.reaper === null) return;
    clearInterval(this.reaper);
    this.reaper = null;
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

function lost(reason: string): SandboxOutcome {
  return { status: 'lost', suspect: false, reason };
}

function neverBegun(reason: StopReason): SandboxOutcome {
  if (reason === 'shutdown') return lost('the worker is shutting down');
  return outcomeOf(haltEnd('cancelled', { timeoutMs: 0, memoryMb: 0, startedAtMs: Date.now() }));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
