/** The tables of byte pairs: megabytes each, read when first asked for and kept from then on. */
import { readFile } from 'node:fs/promises';
import { Slices } from './slices';

export interface RankTable {
  /** By the bytes of a token, one character each. The lower, the earlier two neighbours become this token. */
  readonly ranks: ReadonlyMap<string, number>;
  /** Bytes of the longest token. */
  readonly longest: number;
}

const LINES_PER_STEP = 256;
const tables = new Map<string, Promise<RankTable>>();

export function rankTable(name: string): Promise<RankTable> {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const table = read(require.resolve(`gpt-tokenizer/data/${name}.tiktoken`));
  tables.set(name, table);
  // What could not be read once may be readable the next time.
  table.catch(() => tables.delete(name));
  return table;
}

async function read(path: string): Promise<RankTable> {
  return new Slices(undefined).run(parsed(await readFile(path, 'latin1')));
}

/** A line is the token in base64, a blank and its rank. */
function* parsed(content: string): Generator<undefined, RankTable> {
  const ranks = new Map<string, number>();
  let longest = 0;
  let start = 0;
  while (start < content.length) {
    const newline = content.indexOf('\n', start);
    const end = newline < 0 ? content.length : newline;
    const blank = content.indexOf(' ', start);
    const token = Buffer.from(content.slice(start, blank), 'base64').toString('latin1');
    ranks.set(token, Number(content.slice(blank + 1, end)));
    longest = Math.max(longest, token.length);
    start = end + 1;
    if (ranks.size % LINES_PER_STEP === 0) yield;
  }
  return { ranks, longest };
}
