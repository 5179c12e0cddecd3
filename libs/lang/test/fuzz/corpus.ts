/** Every program there is: samples, cases with their checks, examples, and those of the documentation. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCases } from '../support/cases';

export function corpusOf(root: string): readonly string[] {
  const tests = join(root, 'libs/lang/test');
  const samples = textsIn(join(tests, 'data/samples'), '.hot');
  const lines = readFileSync(join(tests, 'data/lines.txt'), 'utf8').trimEnd().split('\n');
  const cases = textsIn(join(tests, 'cases'), '.cases').flatMap((text) => parseCases(text));
  const programs = cases.map(({ program, checks }) => {
    const asked = checks.map(({ expression }, n) =>
      expression === '' ? '' : `got-${n} fn () {\n[${expression}\n]\n}`,
    );
    const whole = [program, ...asked].filter((part) => part !== '').join('\n');
    return /^\s*::[\w:-]+ (meta .*)?ns\b/m.test(whole) ? whole : `::t ns\n${whole}`;
  });
  const examples = textsIn(join(root, 'examples'), '.hot');
  const documented = textsIn(join(root, 'docs/language'), '.md').flatMap((text) =>
    [...text.matchAll(/^```hot\n([^]*?)^```/gm)].map(([, code = '']) => `::t ns\n${code}`),
  );
  return [...new Set([...samples, ...lines, ...programs, ...examples, ...documented])];
}

function textsIn(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}
