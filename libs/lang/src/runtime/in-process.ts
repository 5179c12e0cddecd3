/** Programs in this process: the command line and tests. The only file that makes code of text outside an isolate. */
import {
  ARTIFACT_FORMAT,
  CONTROL_HEADER_WORDS,
  CONTROL_WORDS_PER_SLOT,
  type Artifact,
  type LoadedProgram,
  type RunControl,
  type RunHost,
  type RunLimits,
  type RunOutcome,
  type RunRequest,
} from '../embed';
import { loadWith, type Evaluate } from './load';
import { Session } from './session';

export const DEFAULT_LIMITS: RunLimits = {
  maxDepth: 4096,
  maxTraceBytes: 16 * 1024 * 1024,
  maxTraceCalls: 100_000,
  maxResultBytes: 16 * 1024 * 1024,
};

/** Throws when the artifact was made for another layout. */
export function loadProgram(artifact: Artifact): LoadedProgram {
  if (artifact.format !== ARTIFACT_FORMAT) {
    throw new Error(`Artifact of format ${String(artifact.format)}; this runtime reads ${ARTIFACT_FORMAT}`);
  }
  return loadWith(evaluateHere, artifact.js, artifact.tables);
}

const evaluateHere: Evaluate = (source) => {
  // Called by another name, it sees no names of this module.
  const evaluate = globalThis.eval;
  return evaluate(`(${source})`) as (rt: unknown) => unknown;
};

/** For a prompt: see session.ts. */
export function newSession(): Session {
  return new Session(evaluateHere);
}

/** A control word array with a single slot, for embedders that run one program at a time. */
export function singleControl(): RunControl {
  return { words: new Int32Array(CONTROL_HEADER_WORDS + CONTROL_WORDS_PER_SLOT), slot: 0 };
}

export interface SimpleRun {
  readonly fn: string;
  readonly argsJson?: string;
  readonly infoJson?: string;
  readonly ctxJson?: string;
  readonly limits?: Partial<RunLimits>;
  readonly trace?: boolean;
  readonly control?: RunControl;
}

export function runProgram(program: LoadedProgram, run: SimpleRun, host: RunHost): Promise<RunOutcome> {
  return program.run(requestOf(run), host, run.control ?? singleControl());
}

export function requestOf(run: SimpleRun): RunRequest {
  return {
    runId: '00000000-0000-7000-8000-000000000000',
    fn: run.fn,
    argsJson: run.argsJson ?? '[]',
    infoJson: run.infoJson ?? '{}',
    ctxJson: run.ctxJson ?? '{"values":{},"secretKeys":[]}',
    limits: { ...DEFAULT_LIMITS, ...run.limits },
    trace: run.trace ?? false,
  };
}
