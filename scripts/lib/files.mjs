/** Which files there are and what is in them, quickly: an unchanged size and time spares reading a file again. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from './paths.mjs';

const SKIPPED = new Set(['node_modules', 'dist', '.angular']);

/** Paths below the root (forward slashes, sorted) of the files in these folders (or files) that `wanted` accepts. */
export function listFiles(places, wanted = () => true) {
  const found = [];
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (!stat.isDirectory()) {
      const name = relative(root, path).split(sep).join('/');
      if (wanted(name)) found.push(name);
      return;
    }
    for (const entry of readdirSync(path)) if (!SKIPPED.has(entry)) visit(join(path, entry));
  };
  for (const place of places) visit(join(root, place));
  return found.sort();
}

export const hashOf = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 32);
};

/**
 * Marks of files: { path: "<size> <mtime> <hash>" }. With the marks of an earlier look, files whose size and time have
 * not changed are not read.
 */
export function marksOf(files, earlier = {}) {
  const marks = {};
  for (const file of files) {
    const stat = statSync(join(root, file), { throwIfNoEntry: false });
    if (!stat) continue;
    const quick = `${stat.size} ${stat.mtimeMs}`;
    marks[file] = earlier[file]?.startsWith(`${quick} `)
      ? earlier[file]
      : `${quick} ${hashOf(readFileSync(join(root, file)))}`;
  }
  return marks;
}

/** The content part of a mark. */
export const contentOf = (mark) => mark?.split(' ')[2];

/** One hash over names and contents. */
export const hashOfMarks = (marks) =>
  hashOf(...Object.entries(marks).flatMap(([file, mark]) => [file, contentOf(mark)]));
