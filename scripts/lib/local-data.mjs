/** What this machine remembers between two starts, below the data folder. Secrets are readable by their user only. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from './failure.mjs';

const NEEDED_BYTES = 300e6; // the first cluster takes 70 MB, and PostgreSQL must never meet a full disk while starting

/** Makes the folder. Others may pass through it (a database under another account has to) but not look around. */
export function openDataDir(dir) {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o711);
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize < NEEDED_BYTES) {
    throw new Failure(
      `Only ${Math.floor((bavail * bsize) / 1e6)} MB are free in ${dir}; 300 MB are needed to start. Nothing was changed.`,
    );
  }
}

/** Writes beside and renames: a file is there as a whole or not at all, whenever we are killed. */
export function writeWhole(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const half = `${file}.${process.pid}`;
  try {
    writeFileSync(half, text, { mode: 0o600 });
    renameSync(half, file);
  } finally {
    rmSync(half, { force: true });
  }
}

/** The key that seals secrets in the database, made once: losing it makes them unreadable. */
export function secretKey(dir) {
  const file = join(dir, 'secret-key');
  if (!existsSync(file)) writeWhole(file, `${randomBytes(32).toString('hex')}\n`);
  return readFileSync(file, 'utf8').trim();
}

/** A JSON file of ours; undefined when it is not there or not whole. */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
