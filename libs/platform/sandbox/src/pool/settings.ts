export interface PoolSettings {
  /** The compiled entry of a child. */
  readonly childPath: string;
  /** The language runtime as one script. */
  readonly runtimePath: string;
  readonly children: number;
  readonly memoryMb: number;
  readonly stackKb: number;
  readonly maxIsolates: number;
  readonly loadTimeoutMs: number;
  /** One organization per child. */
  readonly isolateOrgs: boolean;
  readonly idleMs: number;
  /** A child is replaced after so many runs: whatever leaks, leaks only so long. */
  readonly recycleAfterRuns: number;
  /** Runs on one child at a time. */
  readonly runsPerChild: number;
}

type Given = Pick<PoolSettings, 'childPath' | 'runtimePath'> & Partial<PoolSettings>;

/** Settings with the defaults of a server. */
export function poolSettings(given: Given): PoolSettings {
  return {
    children: 1,
    memoryMb: 256,
    // 4096 Hot calls of several JavaScript frames each; isolates get their stack from their thread (see threads' ulimit).
    stackKb: 3_900,
    maxIsolates: 8,
    loadTimeoutMs: 10_000,
    isolateOrgs: false,
    idleMs: 60_000,
    recycleAfterRuns: 1_000_000,
    runsPerChild: 64,
    ...given,
  };
}
