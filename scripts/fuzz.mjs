/**
 * `npm run fuzz [-- --inputs 1000000 --seed 7]`: mutated Hot programs through parser, formatter, compiler and runtime.
 * What breaks is shown shortened; `--seed 7 --only 4711` shows one input again. Ends with 1 when anything was found.
 */
import { spawn } from 'node:child_process';
import { describe } from './lib/failure.mjs';
import { inRoot, root } from './lib/paths.mjs';

const file = inRoot('.cache', 'fuzz', 'fuzz.cjs');

try {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [inRoot('libs', 'lang', 'test', 'fuzz', 'fuzz.main.ts')],
    outfile: file,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node24',
    external: ['typescript'],
    sourcemap: 'linked',
    logLevel: 'warning',
  });
} catch (error) {
  console.error(describe(error));
  process.exit(1);
}
const args = ['--enable-source-maps', file, '--root', root, ...process.argv.slice(2)];
spawn(process.execPath, args, { stdio: 'inherit' }).once('exit', (code) => process.exit(code ?? 1));
