/** A lock between processes: a file with the holder's pid. A holder that died does not count. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './process.mjs';

/** Tries to take the lock; the pid of the living holder when somebody else has it, 0 when it is now ours. */
export function tryLock(file) {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
      return 0;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let holder = 0;
    try {
      holder = Number(readFileSync(file, 'utf8'));
    } catch {
      continue; // released in between
    }
    if (isAlive(holder)) return holder;
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
