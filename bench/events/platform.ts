/**
 * The platform as it is: the compiled processes of api and worker, the account that the starter makes, and a Hot project
 * that the command line compiles and deploys. Only the profiler is loaded besides.
 */
import { execFile, fork, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SERVER = join(__dirname, '..', '..');
/** Read from the checkout that this is run in. */
const PROJECT = join('bench', 'events', 'program');

export interface Platform {
  readonly url: string;
  readonly token: string;
  readonly api: ChildProcess;
  readonly worker: ChildProcess;
  readonly stop: () => void;
}

/** @param project folder of the project that is deployed */
export async function startPlatform(
  environment: Readonly<Record<string, string>>,
  project: string = PROJECT,
): Promise<Platform> {
  const port = String(await freePort());
  const env = { ...process.env, ...environment, HOT_API_HOST: '127.0.0.1', HOT_API_PORT: port };
  const { stdout } = await run(process.execPath, [join(SERVER, 'apps/cli/src/bootstrap-local.js')], { env });
  const { apiKey: token } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { readonly apiKey: string };
  const url = `http://127.0.0.1:${port}`;
  const started: ChildProcess[] = [];
  const stop = () => {
    for (const child of started) child.kill();
  };
  try {
    for (const app of ['api', 'worker']) started.push(await start(app, env));
    await run(process.execPath, [join(SERVER, 'apps/cli/src/main.js'), 'deploy'], {
      cwd: project,
      env: { ...env, HOT_API_URL: url, HOT_API_KEY: token },
    });
  } catch (error) {
    stop();
    throw error;
  }
  const [api, worker] = started as [ChildProcess, ChildProcess];
  return { url, token, api, worker, stop };
}

export function start(app: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = fork(join(SERVER, `apps/${app}/src/main.js`), {
    env,
    execArgv: [...process.execArgv, '--require', join(__dirname, 'profile.js')],
    // Their logs would be in the way; what goes wrong is still seen.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.on('message', ({ type }: { readonly type: string }) => {
      if (type === 'ready') resolve(child);
    });
    child.once('exit', (code) => reject(new Error(`${app} ended with ${code}`)));
  });
}

/** A message of a child's profiler. */
export function ask<T>(child: ChildProcess, type: string, answer: string): Promise<T> {
  return new Promise((resolve) => {
    const listen = (message: { readonly type: string }) => {
      if (message.type !== answer) return;
      child.off('message', listen);
      resolve(message as T);
    };
    child.on('message', listen);
    child.send({ type });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
