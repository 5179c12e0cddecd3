/** Finds the files of a project on disk: sources and resources, less what is ignored. */
import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

export interface FoundFile {
  /** Absolute path on disk. */
  readonly file: string;
  /** Path below its root, with forward slashes. */
  readonly path: string;
}

export interface DiscoverOptions {
  /** Only files whose name ends so; all files when absent. */
  readonly extension?: string;
  /** Honour .gitignore files besides .ignore and .hotignore. */
  readonly respectGitignore: boolean;
  /** Further patterns in gitignore syntax, relative to the root. */
  readonly excludes: readonly string[];
}

const SKIPPED = new Set([
  '.hot',
  'target',
  'node_modules',
  '.git',
  'dist',
  'build',
  '.next',
  '.venv',
  '__pycache__',
]);

/** Ignore rules of one folder; paths are tested relative to it. */
interface Rules {
  readonly folder: string;
  readonly matcher: Ignore;
}

/**
 * Files below a root, sorted by their path. A root that names one file yields that file; one that does not exist
 * yields none.
 */
export async function discover(root: string, options: DiscoverOptions): Promise<readonly FoundFile[]> {
  const info = await stat(root).catch(() => null);
  if (info === null) return [];
  if (info.isFile()) return [{ file: root, path: root.split(sep).at(-1) ?? root }];
  const excludes: Rules = { folder: root, matcher: ignore().add([...options.excludes]) };
  const found: FoundFile[] = [];
  await walk(root, root, [excludes], options, found);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function walk(
  root: string,
  folder: string,
  outer: readonly Rules[],
  options: DiscoverOptions,
  found: FoundFile[],
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  const rules = [...outer, ...(await folderRules(folder, entries, options))];
  for (const entry of entries) {
    const file = join(folder, entry.name);
    if (isIgnored(file, entry.isDirectory(), rules)) continue;
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) await walk(root, file, rules, options, found);
    } else if (
      entry.isFile() &&
      (options.extension === undefined || entry.name.endsWith(options.extension))
    ) {
      found.push({ file, path: relative(root, file).split(sep).join('/') });
    }
  }
}

async function folderRules(
  folder: string,
  entries: readonly Dirent[],
  options: DiscoverOptions,
): Promise<readonly Rules[]> {
  const names = ['.ignore', '.hotignore', ...(options.respectGitignore ? ['.gitignore'] : [])];
  const present = names.filter((name) => entries.some((entry) => entry.isFile() && entry.name === name));
  if (present.length === 0) return [];
  const texts = await Promise.all(present.map((name) => readFile(join(folder, name), 'utf8')));
  return [{ folder, matcher: ignore().add(texts.join('\n')) }];
}

function isIgnored(file: string, isDirectory: boolean, rules: readonly Rules[]): boolean {
  return rules.some(({ folder, matcher }) => {
    const path = relative(folder, file).split(sep).join('/');
    return matcher.ignores(isDirectory ? `${path}/` : path);
  });
}
