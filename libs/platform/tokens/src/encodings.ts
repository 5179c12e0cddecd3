/** The encodings that can be counted: which table each takes, and how it cuts a text into pieces. */
import {
  CL100K_TOKEN_SPLIT_REGEX,
  O200K_TOKEN_SPLIT_REGEX,
  R50K_TOKEN_SPLIT_REGEX,
} from 'gpt-tokenizer/encodingParams/constants';

export interface Encoding {
  /** Of the file in the package; several encodings share one. */
  readonly table: string;
  readonly pieces: RegExp;
}

const O200K = encoding('o200k_base', O200K_TOKEN_SPLIT_REGEX);
const CL100K = encoding('cl100k_base', CL100K_TOKEN_SPLIT_REGEX);
const P50K = encoding('p50k_base', R50K_TOKEN_SPLIT_REGEX);
const R50K = encoding('r50k_base', R50K_TOKEN_SPLIT_REGEX);

// Those that share a table differ by their special tokens alone, which are plain text to whoever counts a text.
const ENCODINGS: ReadonlyMap<unknown, Encoding> = new Map([
  ['o200k_harmony', O200K],
  ['o200k_base', O200K],
  ['cl100k_base', CL100K],
  ['p50k_base', P50K],
  ['p50k_edit', P50K],
  ['r50k_base', R50K],
  ['gpt2', R50K],
]);

export const encodingNamed = (name: unknown): Encoding | undefined => ENCODINGS.get(name);

/**
 * The published patterns mean white space as Unicode defines it. `\s` of JavaScript has the byte order mark besides and
 * lacks U+0085, so texts with either would be counted differently.
 */
function encoding(table: string, { source, flags }: RegExp): Encoding {
  const exact = source.replaceAll('\\s', '\\p{White_Space}').replaceAll('\\S', '\\P{White_Space}');
  return { table, pieces: new RegExp(exact, flags) };
}
