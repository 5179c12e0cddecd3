/**
 * `npm run bench [-- <name> …]`: a benchmark of bench/ with servers of its own that are as durable as in production.
 * Without a name: events. HOT_REDIS=wasm|path|apt chooses the kind of Redis; the result says which it was.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { buildServerParts } from './lib/build.mjs';
import { Failure, describe } from './lib/failure.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { onShutdown } from './lib/shutdown.mjs';
import { startTestServices } from './lib/test-services.mjs';

const [first = '', ...rest] = process.argv.slice(2);
const [name, args] =
  first === '' || first.startsWith('-') ? ['events', process.argv.slice(2)] : [first, rest];
/** Those that measure no server. */
const ALONE = new Set(['lang']);
let services;
let child;

async function main() {
  process.chdir(root);
  if (!existsSync(inRoot('bench', name, 'run.ts'))) {
    const known = readdirSync(inRoot('bench')).filter((entry) =>
      existsSync(inRoot('bench', entry, 'run.ts')),
    );
    throw new Failure(`There is no benchmark "${name}". Known: ${known.join(', ')}`);
  }
  onShutdown(async () => {
    child?.kill('SIGTERM');
    await services?.stop();
  });
  await buildServerParts();
  if (!ALONE.has(name)) {
    services = await startTestServices({ durable: true });
    console.log(`Redis: ${services.redis.kind}\n`);
  }
  const code = await new Promise((resolve, reject) => {
    const file = inRoot('dist', 'server', 'bench', name, 'run.js');
    child = spawn(process.execPath, [file, ...args], {
      stdio: 'inherit',
      env: { ...process.env, ...services?.env },
    });
    child.once('error', reject);
    child.once('exit', (exit) => resolve(exit ?? 1));
  });
  await services?.stop();
  process.exit(code);
}

main().catch(async (error) => {
  console.error(`\n${describe(error)}`);
  await services?.stop();
  process.exit(1);
});
