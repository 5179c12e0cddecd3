/** Where Node 24 is: the one that runs now when it is new enough, else the one among our packages. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';

/** What Angular 22 demands; isolated-vm 7 and Jest's require() of ES modules are content with less. */
const WANTED = [24, 15];

const isEnough = (version) => {
  const [major, minor] = version.split('.').map(Number);
  return major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1]);
};

/** Path of a Node that is new enough. */
export function node24(root) {
  if (isEnough(process.versions.node)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const folder = join(root, 'node_modules', `node-${platform}-${process.arch}`);
  const file = platform === 'win' ? join(folder, 'bin', 'node.exe') : join(folder, 'bin', 'node');
  if (existsSync(file)) return file;
  throw new Failure(
    `Hot Platform needs Node ${WANTED.join('.')} or newer; this is ${process.versions.node}, and there is no packaged ` +
      `Node for ${process.platform}-${process.arch}.\nInstall Node 24 and start again.`,
  );
}
