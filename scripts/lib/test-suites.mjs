/** Runs test programs and counts: Jest by its report, others by the line "N passed, N failed" that they print. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jestArguments } from './jest.mjs';
import { root } from './paths.mjs';

/** @typedef {{passed: number, failed: number}} Count */

/** @returns {Promise<Count>} */
export async function runJest(args, env) {
  const dir = mkdtempSync(join(tmpdir(), 'hot-report-'));
  const report = join(dir, 'report.json');
  const code = await run(
    process.execPath,
    jestArguments(...args, '--json', `--outputFile=${report}`),
    env,
    'discard',
  );
  try {
    if (!existsSync(report)) return { passed: 0, failed: 1 };
    const found = JSON.parse(readFileSync(report, 'utf8'));
    // A file that does not even load has no tests that could fail.
    const failed = found.numFailedTests + found.numRuntimeErrorTestSuites;
    return { passed: found.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @returns {Promise<Count>} */
export async function runProgram(args, env) {
  let output = '';
  const code = await run(process.execPath, args, env, (text) => {
    output += text;
    process.stdout.write(text);
  });
  const [, passed, failed] = [...output.matchAll(/(\d+) passed, (\d+) failed/g)].at(-1) ?? [undefined, 0, 0];
  const count = { passed: Number(passed), failed: Number(failed) };
  return count.failed === 0 && (code !== 0 || count.passed === 0) ? { ...count, failed: 1 } : count;
}

const children = new Set();

/** Ends what is under way. */
export async function stopSuites() {
  await Promise.all(
    [...children].map(
      (child) =>
        new Promise((resolve) => {
          const hurry = setTimeout(() => child.kill('SIGKILL'), 5000);
          child.once('close', () => (clearTimeout(hurry), resolve()));
          child.kill('SIGTERM');
        }),
    ),
  );
}

function run(file, args, env, onOutput) {
  return new Promise((resolve) => {
    // Jest writes its report for people to stderr; with --json it also prints the other one to stdout.
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(child);
    child.stdout.on('data', (chunk) => onOutput !== 'discard' && onOutput(chunk.toString()));
    child.once('error', (error) => {
      console.error(error.message);
      children.delete(child);
      resolve(1);
    });
    child.once('close', (code) => {
      children.delete(child);
      resolve(code ?? 1);
    });
  });
}
