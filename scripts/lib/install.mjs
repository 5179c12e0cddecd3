/**
 * Installs the packages of the lock file when they are not there yet. No install script of any package runs; the one
 * thing that would be missed (links between PostgreSQL's libraries) we make ourselves. Runs under Node 20.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { exclusively } from './lock.mjs';
import { linkPostgresLibraries } from './postgres-links.mjs';
import { startStep } from './steps.mjs';

const NEEDED_BYTES = 1.3e9; // node_modules 0.9 GB and what npm unpacks beside it
const ARGUMENTS = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** Makes sure that node_modules is what the lock file says. Quick (one hash) when it is. */
export async function ensurePackages(root) {
  const lockText = readFileSync(join(root, 'package-lock.json'));
  const wanted = `${createHash('sha256').update(lockText).digest('hex')} ${process.platform}-${process.arch}\n`;
  const stamp = join(root, 'node_modules', '.hot-installed');
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isCurrent()) return;
  if (installedByHand(root, lockText)) {
    linkPostgresLibraries(root);
    writeFileSync(stamp, wanted);
    return;
  }
  const work = async () => {
    if (isCurrent()) return;
    await install(root);
    linkPostgresLibraries(root);
    // Last: an installation that was interrupted has no stamp and is done again.
    writeFileSync(stamp, wanted);
  };
  // Two first starts at once must not install over each other.
  await exclusively(join(root, '.cache', 'install.lock'), work, (pid) =>
    console.log(`  Another start (pid ${pid}) is installing the packages; waiting for it.`),
  );
}

/** Whether `npm install` or `npm ci` was run by hand: npm notes at its end what it has put into node_modules. */
function installedByHand(root, lockText) {
  const noted = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(noted)) return false;
  try {
    const there = JSON.parse(readFileSync(noted, 'utf8')).packages;
    return Object.entries(JSON.parse(lockText).packages).every(
      ([path, entry]) => path === '' || entry.optional || there[path]?.version === entry.version,
    );
  } catch {
    return false; // half written
  }
}

async function install(root) {
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < NEEDED_BYTES) {
    throw new Failure(
      `The packages need about 1.3 GB, but only ${((bavail * bsize) / 1e9).toFixed(1)} GB are free in ${root}.`,
    );
  }
  const step = startStep('packages', 'npm ci, once, about a minute');
  for (let attempt = 1; ; attempt++) {
    const { code, errors } = await npm(root);
    if (code === 0) return step.done();
    const network = /ETIMEDOUT|ECONNRESET|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|network|socket/i.test(errors);
    if (attempt === 1 && network) {
      step.note('the network failed, trying once more');
      continue;
    }
    step.failed();
    const why = /ENOSPC/.test(errors)
      ? 'The disk is full.'
      : network
        ? 'The package registry could not be reached.'
        : 'npm ci failed.';
    throw new Failure(
      `${why} Nothing is lost: start again when it is mended.\n${errors.trim().split('\n').slice(-15).join('\n')}`,
    );
  }
}

function npm(root) {
  const called = process.env.npm_execpath;
  // The npm that called us: no search on PATH, no npm.cmd.
  const [file, args] = called?.endsWith('npm-cli.js')
    ? [process.execPath, [called, ...ARGUMENTS]]
    : ['npm', ARGUMENTS];
  return new Promise((resolve) => {
    let errors = '';
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
    });
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', (error) => resolve({ code: 1, errors: error.message }));
    child.on('close', (code) => resolve({ code, errors }));
  });
}
