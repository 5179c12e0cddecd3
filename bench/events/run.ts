/**
 * Measures the way of an event from the request to the durable run, and beside it, in the same run on the same servers,
 * a bare Bull loop. Everything shares this machine's cores: PostgreSQL, Redis, API, worker, sandbox child and this load
 * generator. Arguments: `--events N --connections N --seconds N --profile`.
 */
import Queue from 'bull';
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { runMigrations } from '@app/platform/database';
import { cpuPerEvent, cpuTimes } from './cpu-time';
import { Publisher } from './load';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '30000' },
    connections: { type: 'string', default: '128' },
    seconds: { type: 'string', default: '10' },
    profile: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const EVENTS = Number(values.events);
const CONNECTIONS = Number(values.connections);
const SECONDS = Number(values.seconds);
/** Published at the same rate before anything is counted: connections, plans and compiled code are there by then. */
const WARM_UP_SECONDS = 5;

interface Ready {
  readonly url: string;
  readonly token: string;
  readonly orgId: string;
  readonly envId: string;
}

const started: ChildProcess[] = [];

function start(file: string, environment: Readonly<Record<string, string>>): Promise<[ChildProcess, Ready]> {
  const child = fork(join(__dirname, file), {
    env: { ...process.env, ...environment },
    execArgv: process.execArgv,
  });
  started.push(child);
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve([child, message as Ready]));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
}

function ask<T>(child: ChildProcess, type: string, answer: string): Promise<T> {
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

const body = (n: number, streamId?: string) =>
  JSON.stringify({
    event_type: 'bench:event',
    event_data: {
      n,
      order: 4711,
      customer: 'c-0815',
      items: [
        { sku: 'a', qty: 2 },
        { sku: 'b', qty: 1 },
      ],
      note: null,
    },
    ...(streamId === undefined ? {} : { stream_id: streamId }),
  });

function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

async function finished(db: Client, envId: string): Promise<number> {
  const { rows } = await db.query<{ n: string }>(
    'SELECT coalesce(sum(count), 0) AS n FROM hot.run_bucket WHERE env_id = $1 AND granularity = 0',
    [envId],
  );
  return Number(rows[0]?.n);
}

async function saturate(api: Ready, db: Client, count: number): Promise<{ accepted: number; ended: number }> {
  const { hostname, port } = new URL(api.url);
  const publisher = await Publisher.open(
    { host: hostname, port: Number(port), token: api.token },
    CONNECTIONS,
  );
  const before = await finished(db, api.envId);
  const from = performance.now();
  let next = 0;
  let refused = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < count) {
        const { status } = await publisher.post('/v1/events', body(next++));
        if (status !== 201) refused += 1;
      }
    }),
  );
  const accepted = count / ((performance.now() - from) / 1_000);
  while ((await finished(db, api.envId)) - before < count - refused) await sleep(20);
  const ended = count / ((performance.now() - from) / 1_000);
  publisher.close();
  if (refused > 0) console.log(`  ${refused} requests were refused`);
  return { accepted, ended };
}

/** Publishes at a fixed rate into one stream and listens to it as a client does. */
async function latency(api: Ready, rate: number, seconds: number): Promise<readonly number[]> {
  const { hostname, port } = new URL(api.url);
  const publisher = await Publisher.open(
    { host: hostname, port: Number(port), token: api.token },
    CONNECTIONS,
  );
  const first = JSON.parse((await publisher.post('/v1/events', body(-1))).text) as {
    data: { stream_id: string };
  };
  const streamId = first.data.stream_id;
  const sentAt = new Map<number, number>();
  const times: number[] = [];
  const warmUp = rate * WARM_UP_SECONDS;
  const total = warmUp + Math.round(rate * seconds);
  let ended = 0;
  const stream = request(`${api.url}/v1/streams/${streamId}/subscribe`, {
    headers: { authorization: `Bearer ${api.token}` },
    agent: false,
  });
  await new Promise<void>((resolve) => {
    stream.on('response', (response) => {
      if (response.statusCode !== 200) console.log(`  subscription answered ${response.statusCode}`);
      response.setEncoding('latin1');
      let rest = '';
      response.on('data', (chunk: string) => {
        const now = performance.now();
        const end = chunk.lastIndexOf('\n\n');
        const whole = end < 0 ? '' : rest + chunk.slice(0, end);
        rest = end < 0 ? rest + chunk : chunk.slice(end);
        for (const match of whole.matchAll(
          /event: run:stop\n.*?"result":\{"ok":true,"id":"[^"]*","n":(-?\d+)\}/g,
        )) {
          const sent = sentAt.get(Number(match[1]));
          if (sent === undefined) continue;
          ended += 1;
          if (Number(match[1]) >= warmUp) times.push(now - sent);
        }
      });
      resolve();
    });
    stream.end();
  });
  await sleep(300);
  const from = performance.now();
  const posts: Promise<unknown>[] = [];
  for (let n = 0; n < total; n += 1) {
    const due = from + (n * 1_000) / rate;
    // A sleeping generator: one that turned until the moment came would take a core from what is measured.
    while (performance.now() < due) await sleep(1);
    sentAt.set(n, performance.now());
    posts.push(publisher.post('/v1/events', body(n, streamId)));
  }
  await Promise.all(posts);
  for (let wait = 0; ended < total && wait < 200; wait += 1) await sleep(20);
  stream.destroy();
  publisher.close();
  if (ended < total) console.log(`  ${total - ended} ends were not seen`);
  return times.sort((a, b) => a - b);
}

async function bareBull(envId: string, count: number): Promise<number> {
  const [child] = await start('bull.process.js', { BENCH_ENV: envId });
  const queue = new Queue('bench-bare', process.env['REDIS_URL'] ?? '', { prefix: `bench-bare-${envId}` });
  await queue.isReady();
  const from = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < count) await queue.add({ n: next++ }, { removeOnComplete: true, removeOnFail: true });
    }),
  );
  for (;;) {
    const { seen } = await ask<{ seen: number }>(child, 'seen', 'seen');
    if (seen >= count) break;
    await sleep(10);
  }
  const rate = count / ((performance.now() - from) / 1_000);
  child.kill();
  await queue.close();
  return rate;
}

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
  const environment = {
    DATABASE_URL: url.href,
    HOT_REDIS_PREFIX: name,
    HOT_MODE: 'development',
    HOT_DATA_DIR: `/tmp/${name}`,
  };
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
    const [api, ready] = await start('api.process.js', environment);
    const [worker] = await start('worker.process.js', {
      ...environment,
      BENCH_ORG: ready.orgId,
      BENCH_ENV: ready.envId,
    });
    await saturate(ready, db, 2_000);
    const parts = { api: api.pid ?? 0, worker: worker.pid ?? 0, load: process.pid };
    if (values.only !== 'latency') {
      const bare = await bareBull(ready.envId, EVENTS);
      const before = cpuTimes(parts);
      const { accepted, ended } = await saturate(ready, db, EVENTS);
      const after = cpuTimes(parts);
      console.log(`bare Bull loop, one job per event      ${Math.round(bare)}/s`);
      console.log(`events accepted (201, durable)         ${Math.round(accepted)}/s`);
      console.log(
        `events end to end (run durable)        ${Math.round(ended)}/s = ${(ended / bare).toFixed(2)} × bare Bull`,
      );
      console.log(`CPU per event                          ${cpuPerEvent(before, after, EVENTS)}`);
    }
    for (const rate of [100, 1_000]) {
      const before = cpuTimes(parts);
      const times = await latency(ready, rate, rate === 100 ? SECONDS / 2 : SECONDS);
      const after = cpuTimes(parts);
      console.log(
        `publish → run:stop on SSE at ${String(rate).padStart(5)}/s     p50 ${percentile(times, 0.5).toFixed(2)} ms, ` +
          `p99 ${percentile(times, 0.99).toFixed(2)} ms, max ${(times.at(-1) ?? 0).toFixed(1)} ms (${times.length})`,
      );
      console.log(
        `CPU per event                          ${cpuPerEvent(before, after, times.length + rate * WARM_UP_SECONDS)}`,
      );
    }
    if (values.profile) {
      for (const child of [api, worker]) child.send({ type: 'profile:start' });
      await sleep(300);
      await saturate(ready, db, EVENTS);
      for (const child of [api, worker]) {
        const {
          name: who,
          packages,
          functions,
        } = await ask<{ name: string; packages: string[]; functions: string[] }>(
          child,
          'profile:stop',
          'profile',
        );
        console.log(
          `\n${who}: self time at saturation\n  ${packages.join('\n  ')}\n\n  ${functions.join('\n  ')}`,
        );
      }
    }
    await db.end();
  } finally {
    for (const child of started) child.kill();
    await sleep(500);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
