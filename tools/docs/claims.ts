/** What is promised, and which tests show it: a test says so by ending its title with the ids, as `[D1, api-15.4]`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './document';

export interface Shown {
  readonly id: string;
  readonly file: string;
  readonly title: string;
}

const FOLDERS = ['apps', 'bench', 'e2e', 'libs', 'tools'];
/** Or a benchmark, where what is promised is a figure. */
const IS_TEST = /\.(?:spec|e2e)\.ts$|^e2e\/kill\/.*\.mjs$|^bench\/.*\/run\.ts$/;
/** Its examples are no tests. */
const OWN_TEST = 'tools/docs/claims.spec.ts';
/** A text in quotes that ends with ids: what `it`, `describe` or `each` is given, or the name of a kill scenario. */
const TITLE =
  /(?:\(\s*|^\s*)(?<quote>['"`])(?<title>(?:\\.|(?!\k<quote>)[^\\\n])+) \[(?<ids>(?:[A-Z]\d+|api-[\d.]+)(?:, (?:[A-Z]\d+|api-[\d.]+))*)\]\k<quote>\s*[,:)]/gm;

/** Ids in the titles of one file, in the order of the file. */
export function shownIn(file: string, source: string): readonly Shown[] {
  return [...source.matchAll(TITLE)].flatMap(({ groups }) =>
    (groups?.['ids'] ?? '')
      .split(', ')
      .map((id) => ({ id, file, title: (groups?.['title'] ?? '').replaceAll(/\\(['"`])/g, '$1') })),
  );
}

/** Of all tests of the repository, ordered by file. */
export function shownByTests(): readonly Shown[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => join(folder, file))
      .filter((file) => IS_TEST.test(file) && !file.includes('node_modules') && file !== OWN_TEST)
      .toSorted()
      .flatMap((file) => shownIn(file, readFileSync(join(root, file), 'utf8'))),
  );
}

/** One sentence per mistake: a claim without a test, a test of a claim that nobody makes. */
export function mistakes(ids: readonly string[], shown: readonly Shown[]): readonly string[] {
  return [
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id} is claimed twice`),
    ...ids.filter((id) => !shown.some((each) => each.id === id)).map((id) => `${id} has no test`),
    ...shown
      .filter(({ id }) => !ids.includes(id))
      .map(({ id, file, title }) => `${id}, which ‘${title}’ in ${file} names, is no claim`),
  ];
}
