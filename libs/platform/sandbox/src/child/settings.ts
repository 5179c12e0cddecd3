/** What the worker tells a child at its start, as one argument. */
export interface ChildSettings {
  readonly runtimePath: string;
  readonly memoryMb: number;
  readonly loadTimeoutMs: number;
  readonly maxIsolates: number;
}
