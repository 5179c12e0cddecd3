/** Entries of processes, compiled for tests that run without the server's build. */
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

/** One file with everything in it, in a folder that is removed after the tests of this file. @returns its path */
export function useBundle(entry: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'hot-bundle-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'src', 'child', 'main.js');
  buildSync({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    logLevel: 'error',
  });
  return outfile;
}
