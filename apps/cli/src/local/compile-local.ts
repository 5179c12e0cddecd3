/** Sources → a program that can run here, or everything that is wrong with them. */
import {
  compileProject,
  loadProgram,
  renderPretty,
  type Compilation,
  type LoadedProgram,
  type ProgramSource,
} from '@app/lang';
import type { Output } from '../commands/command';
import { CommandError } from '../usage-error';

export interface LocalProgram {
  readonly loaded: LoadedProgram;
  readonly program: Compilation['program'];
  /** Of sources and compiler. */
  readonly hash: string;
}

/** Shows warnings; throws CommandError that shows every error. */
export function compileLocal(
  sources: readonly ProgramSource[],
  policy: 'merge' | 'shadow',
  out: Pick<Output, 'note' | 'isTerminal'>,
): LocalProgram {
  const { program, diagnostics, artifact } = compileProject(sources, { policy });
  const errors = diagnostics.filter((each) => each.severity === 'error');
  if (artifact === null || errors.length > 0) {
    throw new CommandError(
      errors.map((each) => renderPretty(program.files, each, out.isTerminal)).join('\n\n'),
    );
  }
  for (const each of diagnostics) out.note(renderPretty(program.files, each, out.isTerminal));
  return { loaded: loadProgram(artifact), program, hash: artifact.hash };
}

export interface TolerantCompilation {
  /** Null when no file is left. */
  readonly program: LocalProgram | null;
  /** What is wrong with the files that had to be left out, rendered, by file. */
  readonly broken: ReadonlyMap<string, string>;
}

/** Leaves files out that don't compile, and what then misses them, until the rest does. */
export function compileWhatCompiles(sources: readonly ProgramSource[], colour: boolean): TolerantCompilation {
  const broken = new Map<string, string>();
  let rest = sources;
  while (rest.length > 0) {
    const { program, diagnostics, artifact } = compileProject(rest);
    if (artifact !== null)
      return { program: { loaded: loadProgram(artifact), program, hash: artifact.hash }, broken };
    const found = complaints(program, diagnostics, rest, colour);
    if (found.size === 0) throw new CommandError(diagnostics.map((each) => each.message).join('\n'));
    const missing = [...broken.keys()];
    for (const [name, [first = '', ...more]] of found) {
      // Much of it may only be that files are missing which did not compile.
      const because = `${first}\n  and ${more.length} more; ${missing.join(', ')} may be why`;
      broken.set(name, missing.length > 0 && more.length > 0 ? because : [first, ...more].join('\n\n'));
    }
    rest = rest.filter((source) => !broken.has(source.name));
  }
  return { program: null, broken };
}

/** Errors, rendered, by the file that they are in. */
function complaints(
  program: Compilation['program'],
  diagnostics: Compilation['diagnostics'],
  sources: readonly ProgramSource[],
  colour: boolean,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const each of diagnostics.filter(({ severity }) => severity === 'error')) {
    const name = program.files[each.file]?.name ?? '';
    if (!sources.some((source) => source.name === name)) continue;
    const text = renderPretty(program.files, each, colour);
    found.set(name, [...(found.get(name) ?? []), text]);
  }
  return found;
}
