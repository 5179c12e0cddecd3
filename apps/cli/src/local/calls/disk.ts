/** Files on disk as `file.*` needs them: written whole or not at all, and what is no file is no answer. */
import { Refusal } from '@app/platform/calls';
import type { Stats } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';

const NOT_THERE = new Set(['ENOENT', 'ENOTDIR']);
const IN_THE_WAY = new Set(['ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY', 'EPERM']);

const codeOf = (error: unknown): string => String((error as { readonly code?: unknown } | null)?.code);

/** Null for what is not there, and for what is no regular file. */
export async function statFile(file: string): Promise<Stats | null> {
  try {
    const found = await stat(file);
    return found.isFile() ? found : null;
  } catch (error) {
    if (NOT_THERE.has(codeOf(error))) return null;
    throw error;
  }
}

export async function readWhole(file: string, shown: string): Promise<Buffer> {
  if ((await statFile(file)) === null) throw new Refusal('not_found', `no file at ${shown}`);
  return readFile(file);
}

/** Under another name first: whoever reads meanwhile, or after a crash, finds the old file or the new one. */
export async function writeWhole(file: string, shown: string, bytes: Buffer): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const draft = join(dirname(file), `${DRAFT}${randomUUID()}`);
    try {
      await writeFile(draft, bytes);
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  } catch (error) {
    if (!IN_THE_WAY.has(codeOf(error))) throw error;
    throw new Refusal('io', `${shown}: a file and a directory of one name can't be kept on disk`);
  }
}

const DRAFT = '.hot-draft-';

/** Whether there was one. */
export async function removeFile(file: string): Promise<boolean> {
  if ((await statFile(file)) === null) return false;
  await rm(file);
  return true;
}

/**
 * Paths relative to the folder, with slashes, sorted; none for a folder that is not there. Links are not followed.
 * @param start of the paths that are wanted: other folders are not even looked into
 */
export async function filesBelow(folder: string, start: string): Promise<readonly string[]> {
  const found: string[] = [];
  const walk = async (at: string, prefix: string): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch((error: unknown) => {
      if (NOT_THERE.has(codeOf(error))) return [];
      throw error;
    });
    for (const entry of entries) {
      if (prefix === '' && !entry.name.startsWith(start)) continue;
      if (entry.isDirectory()) await walk(join(at, entry.name), `${prefix}${entry.name}/`);
      else if (entry.isFile() && !entry.name.startsWith(DRAFT)) found.push(prefix + entry.name);
    }
  };
  await walk(folder, '');
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
