/**
 * `npm test`: everything there is, with servers of its own. Checks of the source, unit and integration tests, tests of
 * the app's parts, black-box tests of real processes, and the app in a browser. The last line is the sum.
 *
 * HOT_REDIS=wasm|path|apt  the kind of Redis; CHROMIUM=<path>  the browser
 */
import { existsSync, readdirSync } from 'node:fs';
import { buildAll } from './lib/build.mjs';
import { runChecks } from './lib/checks.mjs';
import { findChromium } from './lib/chromium.mjs';
import { describe } from './lib/failure.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { onShutdown } from './lib/shutdown.mjs';
import { findPython } from './lib/python.mjs';
import { bold, dim, green, red, yellow } from './lib/steps.mjs';
import { startTestServices } from './lib/test-services.mjs';
import { runJest, runProgram, stopSuites } from './lib/test-suites.mjs';

const began = performance.now();
const sum = { passed: 0, failed: 0 };
const leftOut = [];
const lines = [];
let services;

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Runs a part, adds its count, and goes on whatever it found: the rest is worth knowing too. */
async function part(name, work) {
  console.log(`\n${bold(name)}`);
  const since = performance.now();
  let count;
  try {
    count = await work();
  } catch (error) {
    console.error(describe(error));
    count = { passed: 0, failed: 1 };
  }
  sum.passed += count.passed;
  sum.failed += count.failed;
  const mark = count.failed > 0 ? red('✗') : green('✓');
  lines.push(
    `${mark} ${name.padEnd(24)} ${String(count.passed).padStart(5)} passed, ${count.failed} failed  ${dim(seconds(since))}`,
  );
}

async function stop() {
  await stopSuites();
  await services?.stop();
}

async function main() {
  process.chdir(root);
  onShutdown(stop);
  const browser = findChromium();
  const python = findPython();
  if (python.missing) leftOut.push(`The Python samples of the API reference: ${python.missing}.`);
  if (browser.missing) leftOut.push(`The tests of the app in a browser: ${browser.missing}.`);

  await part('checks', async () => {
    const { failed, ran } = await runChecks();
    return { passed: ran - failed.length, failed: failed.length };
  });
  await part('build', async () => {
    await buildAll();
    services = await startTestServices();
    return { passed: 0, failed: 0 };
  });
  if (services) {
    const { env } = services;
    await part('unit, integration, app', () =>
      runJest(['--selectProjects', 'unit', 'int', 'admin', '--maxWorkers=2'], env),
    );
    if (readdirSync(inRoot('e2e'), { recursive: true }).some((file) => file.endsWith('.e2e.ts'))) {
      const without = [
        ...(browser.missing ? ['/e2e/browser/'] : []),
        ...(python.missing ? ['/samples-python\\.'] : []),
      ];
      const ignored = without.length > 0 ? ['--testPathIgnorePatterns', '/node_modules/', ...without] : [];
      await part('end to end', () =>
        runJest(['--selectProjects', 'e2e', '--maxWorkers=2', ...ignored], {
          ...env,
          CHROMIUM: browser.file ?? '',
          SAMPLES_PYTHONPATH: python.path ?? '',
        }),
      );
    }
    if (existsSync(inRoot('e2e', 'kill', 'main.mjs'))) {
      await part('kill and wipe', () =>
        runProgram([inRoot('e2e', 'kill', 'main.mjs'), '--events', '500', '--stop-seconds', '8'], env),
      );
    }
  }
  await stop();

  console.log(`\n${lines.join('\n')}\n${dim(`in ${seconds(began)}`)}`);
  for (const text of leftOut) console.log(`\n${yellow('LEFT OUT')}  ${text}`);
  console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
  process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0);
}

main().catch(async (error) => {
  console.error(`\n${describe(error)}`);
  await stop();
  console.log(`\n${sum.passed} passed, ${sum.failed + 1} failed`);
  process.exit(1);
});
