/** Where things are. Every script works from the repository root, whatever folder it was called from. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Absolute path of something below the repository root. */
export const inRoot = (...parts) => join(root, ...parts);
