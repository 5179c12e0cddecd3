/** The isolates of a child: one per artifact, more when one is full, and the idle ones of late for as long as they fit. */
import { readFileSync } from 'node:fs';
import type { ControlClock } from './clock';
import type { LoadedArtifact } from './artifact-store';
import { CodeCache } from './code-cache';
import { IsolateHost, type IsolateEvents } from './isolate-host';
import type { ChildSettings } from './settings';

const MIB = 1024 * 1024;

export class IsolateSet {
  private readonly isolates = new Set<IsolateHost>();
  /** Disposed ones whose thread has not come home yet. */
  private readonly dying = new Set<IsolateHost>();
  private readonly loading = new Set<string>();
  private readonly runtime: { readonly source: string };
  private readonly codes = new CodeCache();

  constructor(
    private readonly settings: ChildSettings,
    private readonly clock: ControlClock,
    private readonly events: IsolateEvents,
  ) {
    this.runtime = { source: readFileSync(settings.runtimePath, 'utf8') };
  }

  get all(): Iterable<IsolateHost> {
    return this.isolates;
  }

  get watched(): readonly IsolateHost[] {
    return [...this.isolates, ...this.dying];
  }

  get size(): number {
    return this.isolates.size;
  }

  openFor(artifactHash: string): IsolateHost | undefined {
    for (const host of this.isolates) if (host.artifactHash === artifactHash && host.isOpen) return host;
    return undefined;
  }

  isLoading(artifactHash: string): boolean {
    return this.loading.has(artifactHash);
  }

  /** Whether there is room for one more, if need be in the place of an idle one. */
  makeRoom(): boolean {
    if (this.isolates.size + this.dying.size + this.loading.size < this.settings.maxIsolates) return true;
    const [oldest] = this.idleOldestFirst();
    if (oldest === undefined) return false;
    oldest.dispose('its place is needed');
    return true;
  }

  /** Throws when the program can't be loaded. */
  async open(artifactHash: string, artifact: LoadedArtifact): Promise<void> {
    const host = new IsolateHost(artifactHash, this.settings, this.clock, this.events);
    this.loading.add(artifactHash);
    try {
      await host.load(this.runtime, artifact, this.codes);
      this.isolates.add(host);
      this.trim(host);
    } catch (error) {
      host.dispose('it could not be loaded');
      throw error;
    } finally {
      this.loading.delete(artifactHash);
    }
  }

  remove(host: IsolateHost): void {
    this.isolates.delete(host);
    if (!host.isBuried) this.dying.add(host);
  }

  /** Forgets what has ended, and idle ones that are no use any more. */
  tidy(): void {
    for (const host of this.dying) if (host.isBuried) this.dying.delete(host);
    for (const host of this.isolates) if (host.isSpent) host.dispose('it was worn out');
  }

  private trim(newest: IsolateHost): void {
    const limit = this.settings.maxIdleIsolateMb * MIB;
    let bytes = 0;
    for (const host of this.isolates) bytes += host.heapBytes;
    for (const host of this.idleOldestFirst()) {
      if (bytes <= limit) return;
      if (host === newest) continue;
      bytes -= host.heapBytes;
      host.dispose('its memory is needed');
    }
  }

  private idleOldestFirst(): readonly IsolateHost[] {
    return [...this.isolates].filter((host) => host.isIdle).sort((a, b) => a.lastUsedMs - b.lastUsedMs);
  }
}
