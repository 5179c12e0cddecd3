/** Python for the samples of the API reference: whatever is on the PATH, and the requests package. */
import { spawnSync } from 'node:child_process';
import { inRoot } from './paths.mjs';
import { startStep } from './steps.mjs';

const FOLDER = inRoot('.cache', 'python');

function hasRequests(path) {
  const env = { ...process.env, PYTHONPATH: path };
  return spawnSync('python3', ['-c', 'import requests'], { env }).status === 0;
}

/**
 * Looks for it, and fetches the package into the project's cache when only that is missing.
 * @returns {{path: string} | {missing: string}} path: for PYTHONPATH; missing: what was left out and why
 */
export function findPython() {
  if (spawnSync('python3', ['--version']).status !== 0) return { missing: 'there is no python3 on PATH' };
  for (const path of ['', FOLDER]) if (hasRequests(path)) return { path };
  const step = startStep('python', 'the requests package, once');
  const args = ['-m', 'pip', 'install', '--quiet', '--target', FOLDER, 'requests==2.34.2'];
  const result = spawnSync('python3', args, { encoding: 'utf8', timeout: 120_000 });
  if (result.status === 0 && hasRequests(FOLDER)) {
    step.done();
    return { path: FOLDER };
  }
  step.failed();
  const reason = (result.stderr ?? '').trim().split('\n').at(-1);
  return { missing: `python3 has no requests package, and pip could not fetch it: ${reason}` };
}
