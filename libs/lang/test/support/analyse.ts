import { analyse } from '../../src/analyse/analyse';
import type { Program, ProgramSource } from '../../src/analyse/program';
import { NATIVES, PRELUDE } from './natives';

/** Several texts are several files, `1.hot`, `2.hot` … */
export function analyseTexts(texts: readonly string[], policy: 'merge' | 'shadow' = 'merge'): Program {
  const own = texts.map((text, index): ProgramSource => ({
    name: `${index + 1}.hot`,
    text,
    origin: 'project',
  }));
  const std: ProgramSource = { name: 'hot-std:prelude.hot', text: PRELUDE, origin: 'std' };
  return analyse({ sources: [std, ...own], natives: NATIVES, policy });
}

/** `code line:column message` of each diagnostic. */
export function problems(...texts: readonly string[]): readonly string[] {
  const program = analyseTexts(texts);
  return program.diagnostics.map((diagnostic) => {
    const place = program.files[diagnostic.file]?.placeAt(diagnostic.start);
    return `${diagnostic.code} ${place?.line}:${place?.column} ${diagnostic.message}`;
  });
}
