/**
 * Ends a server when its starter is gone, even after kill -9.
 *
 * A database must not be in the starter's process group (Ctrl-C would stop it before the applications have drained),
 * so nothing of the system ends it with the starter. A shell of about 1 MB therefore waits on a pipe that the starter
 * holds open: the kernel closes it whatever the starter died of. The pause lets the applications finish their last
 * writes. A new start may have taken the server over in the meantime; it says so by writing its own token into the
 * owner file, and then the old shell does nothing.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const SCRIPT =
  'read -r _; sleep "$4"; if [ "$(cat "$2" 2>/dev/null)" = "$3" ]; then kill -"$5" "$1" 2>/dev/null; fi';

/**
 * @param {{pid: number, ownerFile: string, signalName: string, pauseSeconds?: number}} what
 * @returns {{release(): void}} release ends the watch without touching the server
 */
export function endWithUs({ pid, ownerFile, signalName, pauseSeconds = 3 }) {
  if (process.platform === 'win32') return { release() {} };
  const token = randomUUID();
  writeFileSync(ownerFile, token, { mode: 0o600 });
  const args = [String(pid), ownerFile, token, String(pauseSeconds), signalName];
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'hot-watch', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  shell.on('error', () => {}); // no /bin/sh: the next start adopts the server instead
  shell.stdin.on('error', () => {});
  shell.unref();
  shell.stdin.unref?.();
  return {
    release() {
      shell.kill('SIGKILL');
    },
  };
}
