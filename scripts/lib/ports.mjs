/** The two addresses people type. They do not move by themselves: taken means a sentence that says by whom. */
import { spawnSync } from 'node:child_process';
import { Failure } from './failure.mjs';
import { commandLine, isPortFree } from './process.mjs';

/** @param {{port: number, what: string, variable: string}} wanted */
export async function demandPort({ port, what, variable }) {
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Failure(`${variable} is no port number.`);
  if (await isPortFree(port)) return;
  throw new Failure(
    `Port ${port}, where ${what} should listen, is taken${holderOf(port)}.\n` +
      `Stop that, or choose another port: ${variable}=${port + 10} npm start`,
  );
}

/** " by process 123 (node server.js)" where the system can tell, else ''. */
function holderOf(port) {
  const { stdout = '' } = spawnSync('ss', ['-Hltnp', `sport = :${port}`], { encoding: 'utf8' });
  const pid = Number(/pid=(\d+)/.exec(stdout ?? '')?.[1]);
  return pid ? ` by process ${pid} (${commandLine(pid).slice(0, 80)})` : '';
}
