import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { childSettings, type PoolSettings } from './settings';

export type SandboxProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Starts a child. Should a program ever get out of its isolate, it finds a process that knows nothing: an empty
 * environment, and Node's permission model against reading files (the environment of its parent in /proc among them),
 * writing any, and starting processes.
 */
export function spawnChild(settings: PoolSettings): SandboxProcess {
  const reads = readable(settings).map((path) => `--allow-fs-read=${path}`);
  return spawn(
    process.execPath,
    [
      // isolated-vm asks for it from Node 20 on.
      '--no-node-snapshot',
      '--permission',
      '--allow-addons',
      '--allow-worker',
      ...reads,
      '--disable-warning=SecurityWarning',
      settings.childPath,
      JSON.stringify(childSettings(settings)),
    ],
    { env: { NODE_ENV: 'production' }, stdio: ['pipe', 'pipe', 'pipe'] },
  );
}

/** What a child has to load; the last is how the addon's loader tells musl from glibc. */
function readable({ childPath, runtimePath }: PoolSettings): readonly string[] {
  const addon = createRequire(createRequire(childPath).resolve('isolated-vm'));
  const own = dirname(dirname(childPath));
  // Beside the sandbox's, where it is not part of the same file.
  const engineCode = join(own, '..', '..', 'engine-code');
  const folders = [own, engineCode, dirname(addon.resolve('./package.json'))];
  const loader = dirname(addon.resolve('node-gyp-build'));
  return [...folders.map((folder) => folder + sep), loader + sep, runtimePath, '/etc/alpine-release'];
}
