/**
 * Mutated programs, the same ones each time; many more by hand: `npm run fuzz`. In a process of their own, in which a hang
 * and a heap that is full are findings too.
 */
import { buildSync } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../../..');
const INPUTS = 1500;

describe('mutated programs', () => {
  // Below the packages, for what is not bundled.
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.fuzz-test-'));
  const file = join(folder, 'fuzz.cjs');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are parsed, formatted, compiled and run without breaking anything', () => {
    buildSync({
      entryPoints: [join(__dirname, 'fuzz.main.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      target: 'node24',
      external: ['typescript'],
      logLevel: 'error',
    });
    const args = [file, '--root', ROOT, '--seed', '1', '--inputs', String(INPUTS)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    // The engine writes there when a stack is full inside of promises, which is no finding.
    if (status !== 0) expect([status, stderr.slice(-2000), stdout]).toEqual([0, '', '']);
    expect(stdout).toContain(' 0 kinds of findings');
    const [, compiled = '0', runs = '0'] = /(\d+) compiled, (\d+) runs/.exec(stdout) ?? [];
    expect(Number(compiled)).toBeGreaterThan(INPUTS / 10);
    expect(Number(runs)).toBeGreaterThan(INPUTS / 5);
  }, 120_000);
});
