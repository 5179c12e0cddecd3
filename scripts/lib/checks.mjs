/** The checks of the source text, and how they are run. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Failure } from './failure.mjs';
import { inRoot, root } from './paths.mjs';
import { say, startStep } from './steps.mjs';

const bin = (name) => inRoot('node_modules', '.bin', name);

/** Longest first: they begin together with the short ones that then follow on the other core. */
const CHECKS = [
  { name: 'types', fix: 'npm run check:types', command: [bin('tsc'), '-p', 'tsconfig.json'] },
  {
    name: 'types:app',
    fix: 'npm run check:types',
    command: [bin('ngc'), '-p', 'apps/admin/tsconfig.spec.json', '--noEmit'],
    needs: 'apps/admin/tsconfig.spec.json',
  },
  {
    name: 'lint',
    fix: 'npm run check:lint',
    command: [
      bin('eslint'),
      '--cache',
      '--cache-strategy',
      'content',
      '--cache-location',
      '.cache/eslint/',
      '--max-warnings',
      '0',
      '.',
    ],
  },
  {
    name: 'format',
    fix: 'npm run format',
    command: [
      bin('prettier'),
      '--check',
      '--log-level',
      'warn',
      '--cache',
      '--cache-strategy',
      'content',
      '--cache-location',
      '.cache/prettier',
      '.',
    ],
  },
  {
    name: 'deps',
    fix: 'npm run check:deps',
    command: [
      bin('depcruise'),
      '--config',
      '.dependency-cruiser.cjs',
      'apps',
      'libs',
      'migrations',
      'e2e',
      'bench',
      'tools',
    ],
  },
  { name: 'unused', fix: 'npm run check:unused', command: [bin('knip'), '--no-progress'] },
  { name: 'lock', fix: 'node tools/check-lock.mjs', command: [inRoot('tools', 'check-lock.mjs')] },
];

/**
 * @param {readonly string[]} only names of checks; none: all
 * @returns {Promise<{failed: string[], ran: number}>} names of those that failed, and how many there were
 */
export async function runChecks(only = []) {
  const wanted = CHECKS.filter(
    ({ name }) => only.length === 0 || only.some((o) => name === o || name.startsWith(`${o}:`)),
  );
  if (wanted.length === 0)
    throw new Failure(`There is no such check. Known: ${CHECKS.map(({ name }) => name).join(', ')}`);
  const queue = wanted.filter(({ needs }) => !needs || existsSync(inRoot(needs)));
  const failed = [];
  const ran = queue.length;
  const work = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const step = startStep(check.name);
      const { code, output } = await run(check.command);
      if (code === 0) {
        step.done();
        continue;
      }
      failed.push(check.name);
      step.failed();
      say(`\n${output.trim()}\n\n  again: ${check.fix}\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, work));
  return { failed, ran };
}

function run([file, ...args]) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(process.execPath, [file, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
