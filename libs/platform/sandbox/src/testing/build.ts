/** Compiles what the pool needs into a folder, for tests and benchmarks that run without the server's build. */
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../../../..');

/** Below the packages, so that the child finds isolated-vm where Node looks for it. Remove it afterwards. */
export function buildFolder(): string {
  return mkdtempSync(join(ROOT, 'node_modules', '.sandbox-test-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns path of the child's entry */
export function buildChild(folder: string): string {
  return bundle(join(__dirname, '../child/main.ts'), join(folder, 'child', 'main.js'));
}

/** The pool as one file, for a worker in a process of its own. @returns its path */
export function buildPool(folder: string): string {
  return bundle(join(__dirname, 'pool-entry.ts'), join(folder, 'pool.js'));
}

function bundle(entry: string, outfile: string): string {
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['isolated-vm'],
    logLevel: 'error',
  });
  return outfile;
}
