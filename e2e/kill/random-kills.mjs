/**
 * Kills parts of the platform again and again, chosen by a seed, while events arrive, attempts are repeated, a schedule fires
 * every second and builds are deployed. Afterwards everything is counted.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { Publisher } from './publisher.mjs';
import { judge, settle } from './verdict.mjs';

const run = promisify(execFile);
const HOT = inRoot('dist', 'server', 'apps', 'cli', 'src', 'main.js');
const LANES = 16;

const KILLS = {
  async worker(cluster, pause) {
    await cluster.kill('worker');
    await sleep(pause);
    await cluster.spawn('worker');
  },
  async api(cluster, pause) {
    await cluster.kill('api');
    await sleep(pause);
    await cluster.spawn('api');
  },
  async postgres(cluster, pause) {
    await cluster.killPostgres();
    await sleep(pause);
    await cluster.startPostgres();
  },
  async redis(cluster, pause) {
    await cluster.killAndWipeRedis();
    await sleep(pause);
    await cluster.startRedis();
  },
  async child(cluster) {
    // After a kill of the worker there is none until a run begins; one that is not there must not count as killed.
    for (let waited = 0; waited < 30_000; waited += 50) {
      const [victim] = cluster.sandboxChildren();
      if (victim !== undefined) return process.kill(victim, 'SIGKILL');
      await sleep(50);
    }
    throw new Error('the worker has no sandbox child to kill');
  },
};

/**
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {{kills: number, seed: number}} options the same seed kills the same parts after the same pauses
 * @returns {Promise<string>} what was counted; throws when anything is not as it was promised
 */
export async function killAtRandom(cluster, { kills, seed }) {
  const random = mulberry32(seed);
  await hot(cluster, ['deploy'], 'clock');
  const publisher = new Publisher(cluster);
  const seen = new Map();
  let going = true;
  const publishing = publisher.publish(Infinity, eventOf, () => going, LANES);
  const done = Object.fromEntries(Object.keys(KILLS).map((name) => [name, 0]));
  let deployments = 0;
  try {
    for (let k = 0; k < kills; k += 1) {
      await sleep(500 + random() * 2_000);
      const names = Object.keys(KILLS);
      const name = names[Math.floor(random() * names.length)];
      // Every third one comes in the middle of a deployment, which may fail by it or not.
      const isDeploying = k % 3 === 1;
      const deploying = isDeploying ? deployAnyway(cluster) : Promise.resolve(0);
      if (isDeploying) await sleep(random() * 1_500);
      await KILLS[name](cluster, random() * 1_000);
      done[name] += 1;
      deployments += await deploying;
      await remember(cluster, seen);
    }
    await sleep(1_000);
  } finally {
    going = false;
    await publishing;
  }
  await hot(cluster, ['deploy'], 'sdk');
  await stopSchedules(cluster);
  const settledMs = await settle(cluster, 60_000);
  const { problems, figures } = await judge(cluster, publisher.accepted, expectedOf);
  problems.push(...(await remember(cluster, seen)), ...(await judgeSchedule(cluster)));
  const verification = await verify(cluster);
  if (!verification.ok) problems.push(`hot verify: ${JSON.stringify(verification)}`);
  if (problems.length > 0)
    throw new Error(
      `seed ${seed}: ${problems.length} problems, the first: ${problems.slice(0, 5).join('; ')}`,
    );
  const counts = `${publisher.accepted.size} accepted, ${publisher.refused} refused, ${deployments} deployments under way`;
  return `${JSON.stringify(done)}: ${counts}, ${JSON.stringify(figures)}, settled in ${settledMs} ms`;
}

/** How many deployments that were: none when it came to harm. */
async function deployAnyway(cluster) {
  return hot(cluster, ['deploy'], 'sdk').then(
    () => 1,
    () => 0,
  );
}

function eventOf(n) {
  if (n % 10 === 0) return { event_type: 'sdk:retry', event_data: { n } };
  if (n % 10 === 3) return { event_type: 'sdk:busy', event_data: { turns: 3_000, n } };
  if (n % 10 === 6) return { event_type: 'sdk:relay', event_data: { n } };
  return { event_type: 'sdk:echo', event_data: { n } };
}

const expectedOf = (type) => (type === 'sdk:retry' ? 'at the second attempt' : 'once');

/** What has ended stays as it ended. Remembers new ends; answers those that changed. */
async function remember(cluster, seen) {
  const problems = [];
  const runs = await cluster.query('SELECT run_id, status FROM hot.run');
  const now = new Map(runs.map(({ run_id: id, status }) => [id, status]));
  for (const [id, status] of seen) {
    if (now.get(id) !== status) problems.push(`run ${id} had ended with ${status}, now it is ${now.get(id)}`);
  }
  for (const [id, status] of now) if (!seen.has(id)) seen.set(id, status);
  return problems;
}

/** Every second between the first and the last one fired, each of them once. */
async function judgeSchedule(cluster) {
  const [fired] = await cluster.query(
    `SELECT count(*)::int AS n, coalesce(sum(skipped_count), 0)::int AS skipped,
            extract(epoch FROM max(scheduled_time) - min(scheduled_time))::int + 1 AS seconds,
            count(DISTINCT event_id)::int AS events
       FROM hot.schedule_log l JOIN hot.schedule s USING (schedule_id) WHERE s.var = 'tick'`,
  );
  if (fired.n === fired.seconds && fired.skipped === 0 && fired.events === fired.n && fired.n > 0) return [];
  return [`the schedule of every second fired ${JSON.stringify(fired)}`];
}

async function stopSchedules(cluster) {
  const response = await fetch(`${cluster.api}/v1/projects/clock/deactivate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${cluster.key}` },
  });
  if (!response.ok) throw new Error(`The clock does not stop: ${response.status} ${await response.text()}`);
}

async function verify(cluster) {
  const env = { PATH: process.env.PATH, DATABASE_URL: cluster.postgres.url };
  const result = await run(process.execPath, [HOT, 'verify', '--json'], { env }).catch((error) => error);
  return JSON.parse(result.stdout);
}

async function hot(cluster, args, fixture) {
  await run(process.execPath, [HOT, ...args], {
    cwd: join(inRoot('e2e', 'fixtures'), fixture),
    env: { PATH: process.env.PATH, HOT_API_URL: cluster.api, HOT_API_KEY: cluster.key },
    timeout: 60_000,
  });
}

/** Numbers from 0 to 1, always the same ones for a seed. */
function mulberry32(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
