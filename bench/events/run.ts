/**
 * Measures the way of an event from the request to the durable run, and beside it, in the same run on the same servers,
 * a bare Bull loop. Everything shares this machine's cores: PostgreSQL, Redis, api, worker, sandbox child and this load
 * generator. Arguments: `--events N --connections N --seconds N --rounds N --rates N,N --handlers N,N
 * --only rate|latency|handlers --profile`.
 */
import Redis from 'ioredis';
import { randomBytes, randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { runMigrations } from '@app/platform/database';
import { cpuPerEvent, cpuTimes } from './cpu-time';
import { bareBull, latency, percentile, saturate, WARM_UP_SECONDS } from './measures';
import { ask, startPlatform, type Platform } from './platform';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '30000' },
    connections: { type: 'string', default: '128' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    rates: { type: 'string', default: '100,1000' },
    handlers: { type: 'string', default: '1,3,10' },
    profile: { type: 'boolean', default: false },
  },
});
const EVENTS = Number(values.events);
const CONNECTIONS = Number(values.connections);
const SECONDS = Number(values.seconds);
const ROUNDS = Number(values.rounds);
const RATES = values.rates.split(',').map(Number);
const HANDLERS = values.handlers.split(',').map(Number);
/** The same number of runs a second, whatever an event costs. */
const RUNS_PER_SECOND = 300;

type Counts = Readonly<Record<'transactions' | 'commands', number>>;

async function main(): Promise<void> {
  const server = process.env['BENCH_DATABASE_URL'] ?? process.env['TEST_DATABASE_URL'] ?? '';
  const redisUrl = process.env['REDIS_URL'] ?? process.env['TEST_REDIS_URL'] ?? '';
  process.env['REDIS_URL'] = redisUrl;
  const name = `bench_${randomUUID().slice(0, 8)}`;
  const admin = new Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const redis = new Redis(redisUrl);
  let platform: Platform | undefined;
  try {
    await runMigrations(url.href);
    const db = new Client({ connectionString: url.href });
    await db.connect();
    db.on('error', () => undefined); // dropped with its database
    const { rows } = await db.query<{ v: string; s: string }>(
      `SELECT current_setting('server_version') AS v, current_setting('synchronous_commit') AS s`,
    );
    console.log(
      `Node ${process.version}, PostgreSQL ${rows[0]?.v}, synchronous_commit=${rows[0]?.s}, ${availableParallelism()} cores for everything`,
    );
    platform = await startPlatform({
      DATABASE_URL: url.href,
      HOT_REDIS_PREFIX: name,
      HOT_MODE: 'development',
      HOT_DATA_DIR: `/tmp/${name}`,
      HOT_SECRET_KEY: randomBytes(32).toString('hex'),
      HOT_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    });
    const counts = () => countsOf(db, redis);
    await saturate(platform, db, 4_000, CONNECTIONS);
    const isWanted = (part: string) => values.only === '' || values.only === part;
    if (isWanted('rate')) await measureRate(platform, db, name, counts);
    if (isWanted('latency')) await measureLatency(platform, counts);
    if (isWanted('handlers')) await measureHandlers(platform, db, name);
    if (values.profile) await profile(platform, db);
    await db.end();
  } finally {
    platform?.stop();
    redis.disconnect();
    await sleep(500);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

/** In turns, so that whatever else the machine does hits both sides. */
async function measureRate(
  platform: Platform,
  db: Client,
  name: string,
  counts: () => Promise<Counts>,
): Promise<void> {
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = await bareBull(`${name}-bare`, EVENTS, CONNECTIONS);
    const [before, countsBefore] = [cpuTimes(partsOf(platform)), await counts()];
    const { accepted, ended } = await saturate(platform, db, EVENTS, CONNECTIONS);
    const after = cpuTimes(partsOf(platform));
    ratios.push(ended / bare);
    console.log(
      `bare Bull loop, one job per event      ${Math.round(bare)}/s\n` +
        `events accepted (201, durable)         ${Math.round(accepted)}/s\n` +
        `events end to end (run durable)        ${Math.round(ended)}/s = ${(ended / bare).toFixed(2)} × bare Bull\n` +
        `CPU per event                          ${cpuPerEvent(before, after, EVENTS)}\n` +
        `per event                              ${perEvent(countsBefore, await counts(), EVENTS)}`,
    );
  }
  const sorted = ratios.sort((a, b) => a - b);
  console.log(`ratio, median of ${ROUNDS} rounds              ${percentile(sorted, 0.5).toFixed(2)}`);
}

async function measureLatency(platform: Platform, counts: () => Promise<Counts>): Promise<void> {
  for (const rate of RATES) {
    const [before, countsBefore] = [cpuTimes(partsOf(platform)), await counts()];
    const times = await latency(platform, rate, SECONDS, CONNECTIONS);
    const after = cpuTimes(partsOf(platform));
    const events = times.length + rate * WARM_UP_SECONDS;
    console.log(
      `publish → run:stop on SSE at ${String(rate).padStart(5)}/s     p50 ${percentile(times, 0.5).toFixed(2)} ms, ` +
        `p99 ${percentile(times, 0.99).toFixed(2)} ms, max ${(times.at(-1) ?? 0).toFixed(1)} ms (${times.length})\n` +
        `CPU per event                          ${cpuPerEvent(before, after, events)}\n` +
        `per event                              ${perEvent(countsBefore, await counts(), events)}`,
    );
  }
}

/** One event for several handlers, beside one Bull job for each of them: the same number of runs on both sides. */
async function measureHandlers(platform: Platform, db: Client, name: string): Promise<void> {
  for (const handlers of HANDLERS) {
    const events = Math.round(EVENTS / handlers);
    await saturate(platform, db, Math.round(2_000 / handlers), CONNECTIONS, handlers);
    const bare = (await bareBull(`${name}-bare-${handlers}`, events * handlers, CONNECTIONS)) / handlers;
    const { ended } = await saturate(platform, db, events, CONNECTIONS, handlers);
    const times = await latency(platform, RUNS_PER_SECOND / handlers, SECONDS, CONNECTIONS, handlers);
    console.log(
      `${String(handlers).padStart(2)} handlers of an event                 ${Math.round(ended)} events/s = ` +
        `${Math.round(ended * handlers)} runs/s = ${(ended / bare).toFixed(2)} × bare Bull (${Math.round(bare)} events/s)\n` +
        `   at ${RUNS_PER_SECOND / handlers}/s, until the last has ended`.padEnd(39) +
        `p50 ${percentile(times, 0.5).toFixed(2)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms (${times.length})`,
    );
  }
}

async function profile(platform: Platform, db: Client): Promise<void> {
  const children = [platform.api, platform.worker];
  for (const child of children) child.send({ type: 'profile:start' });
  await sleep(300);
  if (values.only === 'latency') await latency(platform, 1_000, SECONDS, CONNECTIONS);
  else await saturate(platform, db, EVENTS, CONNECTIONS);
  for (const [index, child] of children.entries()) {
    const { packages, functions } = await ask<{ packages: string[]; functions: string[] }>(
      child,
      'profile:stop',
      'profile',
    );
    console.log(
      `\n${index === 0 ? 'api' : 'worker'}: self time\n  ${packages.join('\n  ')}\n\n  ${functions.join('\n  ')}`,
    );
  }
}

function partsOf({ api, worker }: Platform): Readonly<Record<string, number>> {
  return { api: api.pid ?? 0, worker: worker.pid ?? 0, load: process.pid };
}

async function countsOf(db: Client, redis: Redis): Promise<Counts> {
  // Backends hand their counts in at most once a second.
  await sleep(1_200);
  const { rows } = await db.query<{ n: string }>(
    `SELECT xact_commit AS n FROM pg_stat_database WHERE datname = current_database()`,
  );
  const commands = /total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1];
  return { transactions: Number(rows[0]?.n), commands: Number(commands ?? Number.NaN) };
}

function perEvent(before: Counts, after: Counts, events: number): string {
  const transactions = (after.transactions - before.transactions) / events;
  const commands = (after.commands - before.commands) / events;
  return `${transactions.toFixed(3)} transactions, ${commands.toFixed(3)} Redis commands (scripts' own included)`;
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
