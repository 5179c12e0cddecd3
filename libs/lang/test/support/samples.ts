import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const DATA = join(__dirname, '..', 'data');

export interface Sample {
  readonly name: string;
  readonly text: string;
}

/** Whole programs and fragments, one per file. */
export function sampleFiles(): readonly Sample[] {
  const folder = join(DATA, 'samples');
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

/** One definition or expression per line. */
export function sampleLines(): readonly string[] {
  return readFileSync(join(DATA, 'lines.txt'), 'utf8').trimEnd().split('\n');
}
