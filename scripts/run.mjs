#!/usr/bin/env node
/**
 * The entrance of every npm script: `node scripts/run.mjs scripts/<name>.mjs …`.
 *
 * Runs under whatever Node the machine has (20.19 or newer) and before anything is installed, so it and what it
 * imports use nothing but Node itself. It installs the packages when the lock file changed, and then runs the script
 * under Node 24, which is one of those packages. (A `prestart` script would not do: npm skips it for users with
 * ignore-scripts, and `a && b` would run b under the old Node, whose place the shell has remembered.) The scripts in
 * package.json say `exec`: npm signals only the shell that it starts, and a waiting shell keeps a SIGINT to itself and
 * dies of a SIGTERM without telling us.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, resolve } from 'node:path';
import { describe } from './lib/failure.mjs';
import { ensurePackages } from './lib/install.mjs';
import { node24 } from './lib/node24.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { progressTo } from './lib/steps.mjs';

const startedAt = Date.now();

async function main() {
  const [script, ...rest] = process.argv.slice(2);
  if (!script) throw new Error('usage: node scripts/run.mjs <script> [arguments]');
  if (script.endsWith('/hot.mjs')) progressTo(process.stderr);
  await ensurePackages(root);
  const node = node24(root);
  const env = {
    ...process.env,
    PATH: [dirname(node), inRoot('node_modules', '.bin'), process.env.PATH].join(delimiter),
    HOT_STARTED_AT: String(startedAt),
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? inRoot('.cache', 'compile'),
  };
  const flags = ['--disable-warning=ExperimentalWarning'];
  // `hot` runs programs in its own process, where 4,096 nested calls must fit; the usual 1 MB ends at about 1,000.
  if (script.endsWith('/hot.mjs')) flags.push('--stack-size=6000');
  // The channel tells the script when we are gone, also after kill -9.
  const child = spawn(node, [...flags, resolve(root, script), ...rest], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  // npm that is killed takes nobody along. Outside of npm a parent may end on purpose (nohup … &).
  if (process.env.npm_lifecycle_event) whenOrphaned(() => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`Cannot run ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, name) => process.exit(code ?? 128 + (constants.signals[name] ?? 0)));
}

function whenOrphaned(act) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, 1000);
  timer.unref();
}

main().catch((error) => {
  console.error(`\n${describe(error)}`);
  process.exit(1);
});
