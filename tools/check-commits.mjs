/** The titles of the commits since a point (default: those not on the main branch yet, else the last one). */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
const known = (revision) => git('rev-parse', '--verify', '--quiet', revision).status === 0;

const from = process.argv[2] ?? ['origin/main', 'HEAD~1'].find(known);
if (!from) process.exit(0); // a single commit has nothing before it

const commitlint = resolve(root, 'node_modules', '@commitlint', 'cli', 'cli.js');
const { status } = spawnSync(process.execPath, [commitlint, '--from', from, '--to', 'HEAD'], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
