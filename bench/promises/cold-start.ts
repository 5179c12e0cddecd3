/** A worker that begins where many builds serve. */
import { execFile } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Publisher } from '../events/load';
import { start } from '../events/platform';
import { tell, type Bench } from './measure';

const run = promisify(execFile);
const CLI = join(__dirname, '..', '..', 'apps/cli/src/main.js');
const GOAL_MS = 30_000;
const FUNCTIONS = 100;

export async function coldStart({ sizes, target, platform, env, db }: Bench): Promise<void> {
  await deployMany(sizes.builds, { ...process.env, HOT_API_URL: platform.url, HOT_API_KEY: platform.token });
  const serving = async (): Promise<number> =>
    (
      await db.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM hot.project WHERE serving_build_id IS NOT NULL',
      )
    ).rows[0]?.n ?? 0;
  while ((await serving()) < sizes.builds) await sleep(200);
  platform.worker.kill('SIGTERM');
  await new Promise((resolve) => platform.worker.once('exit', resolve));

  const publisher = await Publisher.open(target, 1);
  const publish = async (n: number): Promise<void> => {
    const { status, text } = await publisher.post(
      '/v1/events',
      `{"event_type":"bench:cold:${n}","event_data":{}}`,
    );
    if (status !== 201) throw new Error(text);
  };
  const ran = async (): Promise<number> =>
    (
      await db.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM hot.run WHERE function_name LIKE '::cold::%'`,
      )
    ).rows[0]?.n ?? 0;
  const until = async (count: number): Promise<void> => {
    while ((await ran()) < count) await sleep(20);
  };
  await publish(Math.floor(sizes.builds / 2));
  const began = performance.now();
  const worker = await start('worker', { ...process.env, ...env });
  try {
    const ready = performance.now() - began;
    await until(1);
    const first = performance.now() - began;
    for (let n = 0; n < sizes.builds; n += 1) await publish(n);
    await until(1 + sizes.builds);
    const all = performance.now() - began;
    console.log(`\n${sizes.builds} builds serve, of ${FUNCTIONS} functions each; a worker begins`);
    const s = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
    tell(
      'until its first run has ended',
      `${s(first)} (ready after ${s(ready)})`,
      'below 30 s',
      first < GOAL_MS,
    );
    tell('until each build has run once', s(all), 'below 30 s', all < GOAL_MS);
  } finally {
    publisher.close();
    worker.kill();
  }
}

async function deployMany(builds: number, env: NodeJS.ProcessEnv): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hot-cold-'));
  try {
    for (let n = 0; n < builds; n += 1) {
      const project = join(folder, `cold-${n}`);
      mkdirSync(join(project, 'hot/src'), { recursive: true });
      writeFileSync(
        join(project, 'hot.hot'),
        `::hot::conf ns\n\nhot.set.project "cold-${n}"\nhot.project.cold-${n}.src.paths ["./hot/src"]\n`,
      );
      writeFileSync(join(project, 'hot/src/cold.hot'), program(n));
      await run(process.execPath, [CLI, 'deploy'], { cwd: project, env });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function program(n: number): string {
  const steps = Array.from(
    { length: FUNCTIONS },
    (_, at) =>
      `step-${at} fn (x: Int): Int { add(x, cond { lt(x, ${at}) => { mul(x, 2) } => { sub(x, ${at}) } }) }`,
  );
  return (
    `::cold::n${n} ns\n\n${steps.join('\n')}\n\n` +
    `handle meta {on-event: "bench:cold:${n}"}\nfn (event) { step-1(step-2(${n})) }\n`
  );
}
