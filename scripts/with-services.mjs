/**
 * Runs a command with a PostgreSQL and a Redis of its own that vanish afterwards: `with-services.mjs <command …>`.
 * The command finds them in TEST_DATABASE_URL, TEST_TEMPLATE_DB and TEST_REDIS_URL.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { describe } from './lib/failure.mjs';
import { onShutdown } from './lib/shutdown.mjs';
import { startTestServices } from './lib/test-services.mjs';

let services;
let child;

async function main() {
  const [command, ...args] = process.argv.slice(2);
  if (!command) throw new Error('usage: with-services.mjs <command> [arguments]');
  onShutdown(async () => {
    if (child?.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 5000))]);
      child.kill('SIGKILL');
    }
    await services?.stop();
  });
  services = await startTestServices({ build: true });
  const code = await new Promise((resolve, reject) => {
    child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...services.env } });
    child.once('error', reject);
    child.once('exit', (exit, name) => resolve(exit ?? 128 + (constants.signals[name] ?? 0)));
  });
  await services.stop();
  process.exit(code);
}

main().catch(async (error) => {
  console.error(`\n${describe(error)}`);
  await services?.stop();
  process.exit(1);
});
