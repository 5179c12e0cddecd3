/** Builds the Angular app into dist/admin when its sources changed since the last successful build. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Failure } from './failure.mjs';
import { hashOf, hashOfMarks, listFiles, marksOf } from './files.mjs';
import { inRoot, root } from './paths.mjs';

const STAMP = inRoot('dist', '.admin.json');
const SOURCES = [
  'apps/admin',
  'libs/admin-ui',
  'libs/contracts',
  'libs/kernel',
  'libs/lang',
  'angular.json',
  'tsconfig.base.json',
  'package-lock.json',
];
const INDEX = inRoot('dist', 'admin', 'browser', 'index.html');

/** @returns {Promise<boolean>} whether it was built now */
export async function buildAdmin(options = {}) {
  const earlier = existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : { marks: {} };
  const marks = marksOf(
    listFiles(SOURCES, (file) => !/\.spec\.ts$|\.md$/.test(file)),
    earlier.marks,
  );
  const hash = hashOf(hashOfMarks(marks), process.versions.node.split('.')[0]);
  if (earlier.hash === hash && existsSync(INDEX)) return false;
  rmSync(STAMP, { force: true }); // a build that is interrupted must not look finished
  await run(
    [inRoot('node_modules', '@angular', 'cli', 'bin', 'ng.js'), 'build', 'admin', '--progress=false'],
    options.signal,
  );
  if (!existsSync(INDEX))
    throw new Failure('The app was built, but dist/admin/browser/index.html is not there.');
  mkdirSync(inRoot('dist'), { recursive: true });
  writeFileSync(STAMP, JSON.stringify({ hash, marks }));
  return true;
}

function run(args, signal) {
  return new Promise((resolve, reject) => {
    let said = '';
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NG_CLI_ANALYTICS: 'false', CI: '1', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    const stop = () => child.kill('SIGTERM');
    process.once('exit', stop);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.once('error', reject);
    child.once('close', (code, name) => {
      process.off('exit', stop);
      if (code === 0) return resolve(said);
      const memory = name === 'SIGKILL' || /heap out of memory/.test(said);
      const why = memory
        ? 'Building the app ran out of memory; it needs about 1.2 GB.'
        : 'The app does not build:';
      reject(new Failure(`${why}\n\n${said.trim().split('\n').slice(-60).join('\n')}`));
    });
  });
}
