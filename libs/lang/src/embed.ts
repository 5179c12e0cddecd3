/**
 * The seam between compiled Hot programs and whoever runs them (sandbox children, the command line, tests).
 *
 * Everything that crosses is text: JSON in Hot's own mapping (tagged values as {"$type","$val"}, bytes as the
 * tagged base64 form), so that an isolate boundary copies one string and nobody in between parses it.
 */

/** Version of the artifact's layout. A loader refuses any other. */
export const ARTIFACT_FORMAT = 1;

/** A compiled program: data, not closures. Cached by build hash, loaded by any process of the same format. */
export interface Artifact {
  readonly format: typeof ARTIFACT_FORMAT;
  /** Version of the compiler that made it; a different compiler compiles again. */
  readonly compiler: string;
  /** SHA-256 (hex) over the sources and the compiler version. */
  readonly hash: string;
  /**
   * JavaScript source of one function expression `(rt) => program`. It may reach nothing but `rt`: no globals,
   * no `this`, no prototype walks.
   */
  readonly js: string;
  /** Side tables the runtime needs, JSON: names, call sites (file, line, column), function metadata. */
  readonly tables: string;
}

/** Words of one run's slot in the shared control array; see RunControl. */
export const CONTROL_WORDS_PER_SLOT = 4;
/** Index inside a slot: why the run must stop (a StopReason), 0 while it may go on. Written by the embedder. */
export const CONTROL_STOP = 0;
/** Index inside a slot: deadline in whole milliseconds since the control array's epoch, 0 for none. */
export const CONTROL_DEADLINE = 1;
/** Words before the first slot: [0] = slot now on the CPU + 1 (0 idle), [1] = beat, [2] = now in ms since epoch, [3] reserved. */
export const CONTROL_HEADER_WORDS = 4;
export const CONTROL_RUNNING = 0;
export const CONTROL_BEAT = 1;
export const CONTROL_NOW = 2;

export const STOP_REASONS = { none: 0, cancelled: 1, timeout: 2, memory: 3, shutdown: 4 } as const;
export type StopReason = keyof typeof STOP_REASONS;

/**
 * Shared with the embedder. The runtime sets CONTROL_RUNNING whenever it begins or resumes a slice of a run,
 * bumps CONTROL_BEAT at fuel checks, and reads the slot's CONTROL_STOP and CONTROL_DEADLINE at every fuel check.
 */
export interface RunControl {
  readonly words: Int32Array;
  readonly slot: number;
}

export interface RunLimits {
  /** Non-tail call depth. Default 4096. */
  readonly maxDepth: number;
  /** Bytes of trace kept per run; what is left out is counted. Default 16 MiB. */
  readonly maxTraceBytes: number;
  /** Calls recorded per run. Default 100,000. */
  readonly maxTraceCalls: number;
  /** Bytes of the result's JSON text. Default 16 MiB. */
  readonly maxResultBytes: number;
}

/** In place of a function: the last value of the program's script or snippet (sources of origin 'snippet'). */
export const SNIPPET_VALUE = '';

export interface RunRequest {
  readonly runId: string;
  /** Qualified name `::ns/var` of the function to call, or SNIPPET_VALUE. */
  readonly fn: string;
  /** JSON array: the arguments. */
  readonly argsJson: string;
  /** JSON of what `info()` answers. */
  readonly infoJson: string;
  /**
   * JSON `{"values": {key: value}, "secretKeys": [key], "secrets": [value], "request": value}`: the run's context
   * variables; values that are secret already; what `hot.request` is, the first argument if true. The last two may be
   * left out.
   */
  readonly ctxJson: string;
  readonly limits: RunLimits;
  /** Whether calls are recorded. */
  readonly trace: boolean;
}

export const FAILURE_KINDS = [
  'failure',
  'unhandled-error',
  'timeout',
  'worker-lost',
  'resource-limit',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export interface RunStats {
  /** Calls of a traced run, recorded or not, as its trace counts them (flows included); without a trace, calls made. */
  readonly callCount: number;
  /** Bytes of trace handed out. */
  readonly traceBytes: number;
  /** Calls that were not recorded because a cap was reached. */
  readonly droppedCalls: number;
}

export type RunOutcome =
  | { readonly status: 'succeeded'; readonly resultJson: string; readonly stats: RunStats }
  | {
      readonly status: 'failed';
      readonly failureKind: FailureKind;
      /** Whether the program itself says that another try can help; null when it says nothing. */
      readonly retryable: boolean | null;
      /** JSON `{"$type":"::hot::run/Failure","$val":{"msg","err","at":{file,line,column},"stack":[…]}}`. */
      readonly resultJson: string;
      readonly stats: RunStats;
    }
  | { readonly status: 'cancelled'; readonly resultJson: string; readonly stats: RunStats };

/**
 * Calls of a program to the outside. `call` waits for an answer: JSON text on success; a rejection carries
 * HostCallError. `post` does not wait; the embedder settles what was posted before it reports the run's end.
 */
export interface RunHost {
  call(name: string, argsJson: string): Promise<string>;
  post(name: HostPost, payload: string): void;
  /** A part of the run's trace, for `readTrace`; only of runs that are traced. Who keeps the bytes copies them. */
  trace?(block: Uint8Array): void;
  /** Microseconds since the run's start, monotonic. */
  nowUs(): number;
  /** Milliseconds since the epoch. */
  epochMs(): number;
  /** Cryptographically strong random bytes. */
  randomBytes(length: number): Uint8Array;
}

/**
 * `event` {id,type,data,time}: a `send`, ids made by the runtime (UUIDv7). `stream` {dataType,payload}. `log`
 * {stream:"out"|"err",text}. `secret`: a value read from a secret
 * context key, for masking by later writers. `test`: only in a run whose information says type `test`:
 * {name,passed,durationUs,assertions:{passed,failed},failures:[text],error,output}. `exit` {code}: only of a run that was
 * started by hand; the run ends with it, whatever its outcome says.
 */
export type HostPost = 'event' | 'stream' | 'log' | 'secret' | 'test' | 'exit';

export interface HostCallError {
  readonly code:
    | 'unavailable'
    | 'invalid'
    | 'not_found'
    | 'conflict'
    | 'denied'
    | 'quota'
    | 'timeout'
    | 'cancelled'
    | 'io';
  readonly message: string;
}

/** A program loaded into a runtime, ready for any number of concurrent runs. */
export interface LoadedProgram {
  /** Never rejects: every failure of the program is an outcome. */
  run(request: RunRequest, host: RunHost, control: RunControl): Promise<RunOutcome>;
}
