/** Which environment variables the sources read, found by their text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './document';

const FOLDERS = ['apps', 'bench', 'bin', 'e2e', 'libs', 'migrations', 'scripts', 'tools'];
const NAME = '([A-Z][A-Z0-9_]+)';
const READS = [
  new RegExp(`\\benv(?:\\?\\.|\\.)${NAME}`, 'g'), // a member of process.env, or of env
  new RegExp(`\\benv(?:\\?\\.)?\\[['"]${NAME}['"]\\]`, 'g'), // the same by index
  new RegExp(`\\brequired\\(['"]${NAME}['"]\\)`, 'g'), // libs/testing and e2e: must be there
];
const DESTRUCTURED = /\{([^{}]*)\}\s*=\s*process\.env\b/g;

/** Names in one source text. */
export function namesRead(source: string): readonly string[] {
  const names = READS.flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[1] ?? ''));
  for (const [, inside = ''] of source.matchAll(DESTRUCTURED)) {
    for (const part of inside.split(',')) {
      const name = /^\s*([A-Z][A-Z0-9_]+)/.exec(part)?.[1];
      if (name !== undefined) names.push(name);
    }
  }
  return names;
}

/** Name → files that read it. Specs set what they read themselves and are left out. */
export function environmentReads(): ReadonlyMap<string, readonly string[]> {
  const reads = new Map<string, string[]>();
  for (const folder of FOLDERS) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(?:ts|mjs|cjs)$/.test(entry.name) || /\.spec\.ts$/.test(entry.name))
        continue;
      const file = join(entry.parentPath, entry.name);
      for (const name of namesRead(readFileSync(file, 'utf8'))) {
        reads.set(name, [...(reads.get(name) ?? []), relative(root, file)]);
      }
    }
  }
  return reads;
}
