/** The browser of the app's tests: the distribution's Chromium; CHROMIUM=<path> names another. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { startStep } from './steps.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function onPath() {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) if (folder && existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/**
 * Finds it; as root on Debian or Ubuntu installs the package when it is missing.
 * @returns {{file: string} | {missing: string}} missing: the sentence that says what was left out and why
 */
export function findChromium() {
  const { CHROMIUM } = process.env;
  if (CHROMIUM)
    return existsSync(CHROMIUM) ? { file: CHROMIUM } : { missing: `CHROMIUM=${CHROMIUM} does not exist` };
  const found = onPath();
  if (found) return { file: found };
  if (process.getuid?.() !== 0)
    return { missing: 'there is no Chromium on PATH, and only root may install it' };
  if (spawnSync('apt-get', ['--version']).status !== 0)
    return { missing: 'there is no Chromium on PATH, and no apt-get to install it' };
  const step = startStep('chromium', 'apt-get install, once, about 20 s');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8', timeout: 300_000 });
  const install = () => apt('install', '-y', '--no-install-recommends', 'chromium');
  // A fresh machine has no package lists; one with old lists is asked for versions that are gone.
  const result = install().status === 0 ? { status: 0 } : (apt('update'), install());
  const installed = onPath();
  if (installed) {
    step.done();
    return { file: installed };
  }
  step.failed();
  return {
    missing: `apt-get could not install chromium: ${(result.stderr ?? '').trim().split('\n').at(-1)}`,
  };
}
