import type { RunControl, RunHost, RunRequest } from '../embed';
import type { HotMap } from './hot-map';
import type { Masker } from './masker';
import type { RuntimeProgram } from './program';
import type { TraceWriter } from './trace-writer';
import type { Value } from './values';

/**
 * All that belongs to one run. Passed explicitly through generated code, because several runs take turns in one
 * isolate. The short names are those that generated code touches at every call.
 */
export interface RunContext {
  /** Fuel left before the control words are looked at. */
  f: number;
  /** Depth of calls now. */
  d: number;
  /** Depth allowed. */
  readonly m: number;
  /** Recorder of calls; null while nothing is recorded. */
  t: TraceWriter | null;
  /** Values of this run's own namespace cells. */
  readonly cells: (Value | undefined)[];
  readonly program: RuntimeProgram;
  readonly request: RunRequest;
  readonly host: RunHost;
  readonly control: RunControl;
  readonly masker: Masker;
  readonly ctx: HotMap;
  readonly secretKeys: Set<string>;
  readonly info: Value;
  calls: number;
  strDepth: number;
  /** Random ids of events made here keep their order. */
  lastIdMs: number;
  idCounter: number;
  /** Counts of assertions of the test that runs now. */
  assertions: { passed: number; failed: number; failures: string[] };
}
