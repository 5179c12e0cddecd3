/** A lock between processes: a file that names its holder. A holder that died does not count. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isAlive } from './process.mjs';

/** Tries to take the lock; the pid of the living holder when somebody else has it, 0 when it is now ours. */
export function tryLock(file) {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, identityOf(process.pid), { flag: 'wx', mode: 0o600 });
      return 0;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let noted = '';
    try {
      noted = readFileSync(file, 'utf8');
    } catch {
      continue; // released in between
    }
    const holder = Number.parseInt(noted, 10);
    if (isAlive(holder) && identityOf(holder) === noted) return holder;
    rmSync(file, { force: true });
  }
}

export function unlock(file) {
  rmSync(file, { force: true });
}

/** Runs `work` while nobody else holds the lock; `onWait` is told once who does. */
export async function exclusively(file, work, onWait = () => {}) {
  for (let holder = tryLock(file), told = false; holder !== 0; holder = tryLock(file)) {
    if (!told) onWait(holder);
    told = true;
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    unlock(file);
  }
}
