import type { ChildSettings } from '../child/settings';

export interface PoolSettings extends ChildSettings {
  /** The compiled entry of a child. */
  readonly childPath: string;
  /** Children of one organization, or of all where they share; the one for suspects comes on top. */
  readonly children: number;
  /** So many more of them in all, where every organization has its own. */
  readonly spareChildren: number;
  /** One organization per child. */
  readonly isolateOrgs: boolean;
  /** A child without work is ended after this time. */
  readonly idleMs: number;
  /** A child is replaced after so many runs, or when it has grown so large: whatever leaks, leaks only so long. */
  readonly recycleAfterRuns: number;
  readonly recycleAboveMb: number;
  /** Runs at work on one child at a time. */
  readonly runsPerChild: number;
  /**
   * Runs that wait for a place in a child; beyond, a run is turned away at once. A last resort: workers bound how many
   * events they take, but each of those may have any number of handlers, and a run that is turned away has failed.
   */
  readonly maxWaiting: number;
  /** How long a run waits for its artifact, while the storage can't be read. */
  readonly artifactPatienceMs: number;
  /** A child that does not answer for so long is killed. */
  readonly silentMs: number;
  /** How long a child may take to start. */
  readonly startTimeoutMs: number;
  /** A run that waits for a child of its organization for so long makes another organization's child finish up. */
  readonly fairAfterMs: number;
  /** Told of what operators should know. */
  readonly log: (event: string, facts: Readonly<Record<string, unknown>>) => void;
}

type Given = Pick<PoolSettings, 'childPath' | 'runtimePath'> & Partial<PoolSettings>;

/** Settings with the defaults of a server. */
export function poolSettings(given: Given): PoolSettings {
  return {
    children: 1,
    spareChildren: 4,
    memoryMb: 256,
    loadTimeoutMs: 10_000,
    maxIsolates: 16,
    maxIdleIsolateMb: 512,
    maxArtifactMb: 64,
    runsPerIsolate: 16,
    parkAfterMs: 60_000,
    isolateOrgs: false,
    idleMs: 60_000,
    recycleAfterRuns: 1_000_000,
    recycleAboveMb: 2_048,
    runsPerChild: 64,
    maxWaiting: 100_000,
    artifactPatienceMs: 10_000,
    silentMs: 2_000,
    startTimeoutMs: 20_000,
    fairAfterMs: 1_000,
    log: () => undefined,
    ...given,
  };
}

/** Those the child needs. */
export function childSettings(settings: PoolSettings): ChildSettings {
  const { runtimePath, memoryMb, loadTimeoutMs, maxIsolates, maxIdleIsolateMb, maxArtifactMb } = settings;
  const { runsPerIsolate, parkAfterMs } = settings;
  return {
    runtimePath,
    memoryMb,
    loadTimeoutMs,
    maxIsolates,
    maxIdleIsolateMb,
    maxArtifactMb,
    runsPerIsolate,
    parkAfterMs,
  };
}
