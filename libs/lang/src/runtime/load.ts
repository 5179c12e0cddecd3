/** An artifact in this isolate, ready for runs. */
import type { LoadedProgram } from '../embed';
import type { Tables } from '../compile/tables';
import { LIBRARY } from '../std/library';
import { operations } from './operations';
import { ProgramRt, type GeneratedCode } from './program-rt';
import { runOnce } from './run-once';

/** Turns the text of a function expression into the function. Inside an isolate its embedder does. */
export type Evaluate = (source: string) => (rt: unknown) => unknown;

export function loadWith(evaluate: Evaluate, js: string, tables: string): LoadedProgram {
  return loadCode(evaluate(js), tables);
}

/** `code`: what the artifact's text is, evaluated. */
export function loadCode(code: (rt: unknown) => unknown, tables: string): LoadedProgram {
  // Tables are ours: written by the compiler of the same version.
  const program = new ProgramRt(JSON.parse(tables) as Tables, LIBRARY);
  program.link(code(operations(program)) as GeneratedCode);
  const shared = { done: false };
  return {
    run: (request, host, control) => runOnce(program, shared, request, host, control),
  };
}
