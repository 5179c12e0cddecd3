/** Sources → checked program and artifact: what everybody outside calls. */
import { analyse } from './analyse/analyse';
import type { Program, ProgramSource } from './analyse/program';
import type { Diagnostic } from './diagnostics/diagnostic';
import { makeArtifact } from './compile/artifact';
import type { Artifact } from './embed';
import { LIBRARY, NATIVE_SIGNATURES } from './std/library';
import { PRELUDE, PRELUDE_NAME } from './std/prelude';

export interface CompileOptions {
  /** 'shadow': the newest definition of a name wins (prompt, eval). Default 'merge'. */
  readonly policy?: 'merge' | 'shadow';
}

export interface Compilation {
  readonly program: Program;
  readonly diagnostics: readonly Diagnostic[];
  /** Null when there are errors. */
  readonly artifact: Artifact | null;
}

/** Sources in load order, without the library, which is always there. Never throws, whatever the texts. */
export function check(sources: readonly ProgramSource[], options: CompileOptions = {}): Program {
  const library: ProgramSource = { name: PRELUDE_NAME, text: PRELUDE, origin: 'std' };
  return analyse({
    sources: [library, ...sources],
    natives: NATIVE_SIGNATURES,
    policy: options.policy ?? 'merge',
  });
}

export function compileProject(sources: readonly ProgramSource[], options: CompileOptions = {}): Compilation {
  const program = check(sources, options);
  return {
    program,
    diagnostics: program.diagnostics,
    artifact: program.ok ? makeArtifact(program, LIBRARY) : null,
  };
}
