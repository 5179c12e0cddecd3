/** Deploys the example project when it, or the key to deploy it with, has changed since the last time. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from './failure.mjs';
import { hashOf, hashOfMarks, listFiles, marksOf } from './files.mjs';
import { readJson, writeWhole } from './local-data.mjs';
import { inRoot } from './paths.mjs';

const EXAMPLE = 'examples/orders';

/** Whether the command line can make a build from sources; without that there is nothing to deploy. */
export const canDeployExample = (serverDir) =>
  existsSync(join(serverDir, 'apps', 'cli', 'src', 'commands', 'build.command.js'));

/**
 * @param {{dataDir: string, serverDir: string, apiUrl: string, apiKey: string, env: object, signal: AbortSignal}} options
 * @returns {Promise<string>} what happened, for the progress line
 */
export async function deployExample({ dataDir, serverDir, apiUrl, apiKey, env, signal }) {
  const note = join(dataDir, 'deployed.json');
  const files = listFiles([EXAMPLE], (file) => !file.includes('/.hot/') && !file.includes('/target/'));
  // A new key means a new database, which has nothing deployed.
  const hash = hashOf(hashOfMarks(marksOf(files)), apiKey);
  if (readJson(note)?.hash === hash) return `${EXAMPLE}, up to date`;
  const command = [join(serverDir, 'apps', 'cli', 'src', 'main.js'), 'deploy'];
  try {
    await promisify(execFile)(process.execPath, command, {
      cwd: inRoot(EXAMPLE),
      env: { ...env, HOT_API_URL: apiUrl, HOT_API_KEY: apiKey },
      timeout: 60_000,
      signal,
    });
  } catch (error) {
    throw new Failure(
      `The example could not be deployed:\n${error.stdout ?? ''}${error.stderr || error.message}`,
    );
  }
  writeWhole(note, JSON.stringify({ hash }));
  return `${EXAMPLE} deployed`;
}
