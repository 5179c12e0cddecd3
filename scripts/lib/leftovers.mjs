/**
 * The applications of this data folder, noted while they run. A starter that was killed cannot stop them; they end by
 * themselves within moments, and the next start makes sure of it before it uses their ports.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeWhole } from './local-data.mjs';
import { commandLine, isAlive, signal, waitGone } from './process.mjs';

const fileIn = (dir) => join(dir, 'children.json');

/** @param {readonly {role: string, pid: number, file: string}[]} children */
export const noteChildren = (dir, children) => writeWhole(fileIn(dir), JSON.stringify(children));
export const forgetChildren = (dir) => rmSync(fileIn(dir), { force: true });

/** Ends what an earlier start left behind. @returns {Promise<string[]>} the roles that had to be ended */
export async function endLeftOvers(dir) {
  const noted = readJson(fileIn(dir)) ?? [];
  const running = noted
    .filter(({ pid }) => isAlive(pid))
    .map((each) => ({ ...each, line: commandLine(each.pid) }));
  // Without a command line: about to be gone, its memory already is, its ports not yet.
  await Promise.all(running.filter(({ line }) => line === '').map(({ pid }) => waitGone(pid, 5000)));
  // The pid alone may belong to something else by now; the command line says whether it is still our application.
  const alive = running.filter(({ line, file }) => line.includes(file));
  await Promise.all(
    alive.map(async ({ pid }) => {
      if (await waitGone(pid, 3000)) return;
      signal(pid, 'SIGTERM');
      if (await waitGone(pid, 5000)) return;
      signal(-pid, 'SIGKILL'); // with its own children
      await waitGone(pid, 2000);
    }),
  );
  forgetChildren(dir);
  return alive.map(({ role }) => role);
}
