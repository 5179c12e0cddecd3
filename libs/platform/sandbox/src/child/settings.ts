/** What the worker tells a child at its start, as one argument. */
export interface ChildSettings {
  /** The language runtime as one script. */
  readonly runtimePath: string;
  /** Limit of one isolate. */
  readonly memoryMb: number;
  /** How long loading the runtime or an artifact may take. */
  readonly loadTimeoutMs: number;
  /** Isolates at the same time, working ones included. */
  readonly maxIsolates: number;
  /** Idle isolates and artifacts are given up above these, the least recently used first. */
  readonly maxIdleIsolateMb: number;
  readonly maxArtifactMb: number;
  /** Runs of one isolate that are at work at the same time; runs that wait for long don't count. */
  readonly runsPerIsolate: number;
  /** A run that has waited so long for an answer counts as parked. */
  readonly parkAfterMs: number;
}
