import type { FailureKind, RunLimits } from '@app/lang';

/** Injection token of the process's Sandbox. */
export const SANDBOX = Symbol('SANDBOX');
/** Injection token of the Sandbox that tasks run in: they last long and must not take the places of events. */
export const TASK_SANDBOX = Symbol('TASK_SANDBOX');

/** Where compiled programs run. Implementations: the child-process pool (worker), in-process (command line, tests). */
export interface Sandbox {
  /** Starts a run. Never throws for reasons of the program or of the sandbox: those are outcomes. */
  start(run: SandboxRun): SandboxHandle;
  /** Stops taking runs, waits up to graceMs for those going on, then ends the children. */
  close(graceMs: number): Promise<void>;
  stats(): SandboxStats;
}

export interface SandboxRun {
  readonly runId: string;
  /** Children serve one organization in production mode. */
  readonly orgId: string;
  /** Identity of the artifact: isolates are warm per artifact. */
  readonly artifactHash: string;
  /** Asked for once per child that does not hold the artifact yet: its JSON bytes. */
  readonly loadArtifact: () => Promise<Buffer>;
  readonly fn: string;
  readonly argsJson: string;
  readonly infoJson: string;
  readonly ctxJson: string;
  readonly limits: RunLimits;
  readonly trace: boolean;
  /** Wall-clock limit in milliseconds. */
  readonly timeoutMs: number;
  /** A suspect of an earlier death runs alone: own isolate, own child. */
  readonly quarantine: boolean;
  readonly host: SandboxHost;
}

/** Answers to the program. Payloads are opaque text, and traces bytes, on their way to whoever stores them. */
export interface SandboxHost {
  /** @param signal one for all calls of a run; aborts when the run is over, in whatever way */
  call(name: string, argsJson: string, signal: AbortSignal): Promise<string>;
  /** Posted values arrive in program order and all of them before the outcome. */
  post(name: 'event' | 'stream' | 'log' | 'secret', payload: string): void;
  /** A part of the run's trace, among what is posted; left out where none is kept. The bytes are the host's own. */
  trace?(block: Uint8Array): void;
}

export interface SandboxHandle {
  readonly outcome: Promise<SandboxOutcome>;
  /** Cooperative first, then by force; the outcome says what came of it. May be called more than once. */
  stop(reason: 'cancelled' | 'shutdown'): void;
}

export type SandboxOutcome =
  | {
      readonly status: 'succeeded' | 'cancelled';
      readonly resultJson: string;
      readonly callCount: number;
      readonly traceBytes: number;
      readonly droppedCalls: number;
      readonly startedAtMs: number;
    }
  | {
      readonly status: 'failed';
      readonly failureKind: FailureKind;
      readonly retryable: boolean | null;
      readonly resultJson: string;
      readonly callCount: number;
      readonly traceBytes: number;
      readonly droppedCalls: number;
      readonly startedAtMs: number;
    }
  /** The isolate or child died under it. Innocents run again without counting; suspects count a delivery and go to quarantine. */
  | { readonly status: 'lost'; readonly suspect: boolean; readonly reason: string };

export interface SandboxStats {
  readonly children: number;
  readonly isolates: number;
  readonly running: number;
  readonly waiting: number;
}
