/**
 * Measures what open subscriptions cost: memory and processor of ten thousand that are idle, and how fast one event reaches
 * many, each beside a bare server of Node's in the same run. Arguments: `--subscribers N --fan-out N --events N`.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { runMigrations } from '@app/platform/database';
import { Publisher, type Target } from '../events/load';
import { startPlatform, type Platform } from '../events/platform';
import { Subscribers } from './subscribers';

const { values } = parseArgs({
  options: {
    subscribers: { type: 'string', default: '10000' },
    'fan-out': { type: 'string', default: '1000' },
    events: { type: 'string', default: '200' },
  },
});
const SUBSCRIBERS = Number(values.subscribers);
const FAN_OUT = Number(values['fan-out']);
const EVENTS = Number(values.events);
const IDLE_SECONDS = 10;
const TICKS_PER_SECOND = 100;

async function main(): Promise<void> {
  const server = process.env['BENCH_DATABASE_URL'] ?? process.env['TEST_DATABASE_URL'] ?? '';
  process.env['REDIS_URL'] ??= process.env['TEST_REDIS_URL'] ?? '';
  const name = `bench_${randomUUID().slice(0, 8)}`;
  const admin = new Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  let platform: Platform | undefined;
  let bare: ChildProcess | undefined;
  try {
    await runMigrations(url.href);
    const db = new Client({ connectionString: url.href });
    await db.connect();
    db.on('error', () => undefined); // dropped with its database
    platform = await startPlatform({
      DATABASE_URL: url.href,
      HOT_REDIS_PREFIX: name,
      HOT_MODE: 'development',
      HOT_DATA_DIR: `/tmp/${name}`,
      HOT_SECRET_KEY: randomBytes(32).toString('hex'),
      HOT_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
      HOT_API_SSE_CONNECTIONS_PER_CREDENTIAL: '0',
      HOT_API_SSE_CONNECTIONS_PER_ORG: '0',
      HOT_API_SSE_CONNECTIONS_GLOBAL: '0',
    });
    console.log(`Node ${process.version}, ${availableParallelism()} cores for everything`);
    bare = fork(join(__dirname, 'bare.process.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const barePort = await new Promise<number>((resolve) =>
      bare?.once('message', ({ port }: { readonly port: number }) => resolve(port)),
    );
    await measureIdle(platform, db, bare, barePort);
    await measureFanOut(platform, bare, barePort);
    await db.end();
  } finally {
    platform?.stop();
    bare?.kill();
    await sleep(500);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

async function measureIdle(
  { url, token, api }: Platform,
  db: Client,
  bare: ChildProcess,
  barePort: number,
): Promise<void> {
  const port = Number(new URL(url).port);
  const idle = async (child: ChildProcess, to: number, path: (n: number) => string) => {
    const before = memoryMb(child);
    const opened = performance.now();
    const all = await Subscribers.open({ port: to, token }, SUBSCRIBERS, path, 'event:');
    const openedMs = performance.now() - opened;
    // A backend that has become idle hands in its last counts ten seconds later: those of what opened the subscriptions.
    await sleep(11_000);
    const [ticks, statements] = [cpuTicks(child), await statementsOf(db)];
    await sleep(IDLE_SECONDS * 1_000);
    const cpu = (cpuTicks(child) - ticks) / TICKS_PER_SECOND / IDLE_SECONDS;
    const perSecond = ((await statementsOf(db)) - statements) / IDLE_SECONDS;
    const after = memoryMb(child);
    all.close();
    await sleep(2_000);
    return { before, after, openedMs, cpu, perSecond };
  };
  const streams = await makeStreams({ host: '127.0.0.1', port, token });
  await untilHandled(db);
  const ours = await idle(api, port, (n) => `/v1/streams/${streams[n]}/subscribe`);
  const theirs = await idle(bare, barePort, () => '/');
  const kib = ({ before, after }: { before: number; after: number }): string =>
    (((after - before) * 1024) / SUBSCRIBERS).toFixed(1);
  console.log(`\n${SUBSCRIBERS} idle subscribers, each of a stream of its own`);
  console.log(
    `  Hot API: ${ours.before.toFixed(0)} MB before, ${ours.after.toFixed(0)} MB with them: ${kib(ours)} KiB each`,
  );
  console.log(
    `  bare Node server: ${theirs.before.toFixed(0)} MB before, ${theirs.after.toFixed(0)} MB: ${kib(theirs)} KiB each`,
  );
  console.log(
    `  opened in ${(ours.openedMs / 1000).toFixed(1)} s (bare: ${(theirs.openedMs / 1000).toFixed(1)} s)`,
  );
  console.log(
    `  while idle: ${(ours.cpu * 100).toFixed(1)} % of a core (bare: ${(theirs.cpu * 100).toFixed(1)} %), ${ours.perSecond.toFixed(1)} transactions a second in the database, all processes`,
  );
}

async function untilHandled(db: Client): Promise<void> {
  for (;;) {
    const { rows } = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM hot.dispatch');
    if (rows[0]?.n === 0) return;
    await sleep(500);
  }
}

/** A stream begins with an event. */
async function makeStreams(target: Target): Promise<readonly string[]> {
  const streams = Array.from({ length: SUBSCRIBERS }, () => randomUUID());
  const publisher = await Publisher.open(target, 64);
  const rest = streams.values();
  const lane = async (): Promise<void> => {
    for (const stream of rest) {
      const { status, text } = await publisher.post('/v1/events', eventBody(stream));
      if (status !== 201) throw new Error(text);
    }
  };
  await Promise.all(Array.from({ length: 64 }, lane));
  publisher.close();
  return streams;
}

function eventBody(stream: string): string {
  const event_data = { id: 'x', n: 1, items: [{ qty: 1 }] };
  return JSON.stringify({ event_type: 'bench:event', event_data, stream_id: stream });
}

async function measureFanOut({ url, token }: Platform, bare: ChildProcess, barePort: number): Promise<void> {
  const target = { host: '127.0.0.1', port: Number(new URL(url).port), token };
  const stream = randomUUID();
  const publisher = await Publisher.open(target, 4);
  const body = eventBody(stream);
  const first = await publisher.post('/v1/events', body);
  if (first.status !== 201) throw new Error(first.text);
  await sleep(1_000);
  const ours = await Subscribers.open(
    target,
    FAN_OUT,
    () => `/v1/streams/${stream}/subscribe`,
    'event: run:',
  );
  await sleep(500);
  ours.frames = 0;
  const began = performance.now();
  let sent = 0;
  const lane = async (): Promise<void> => {
    while (sent < EVENTS) {
      sent += 1;
      await publisher.post('/v1/events', body);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  const expected = 2 * EVENTS * FAN_OUT; // run:start and run:stop of each
  await arrived(ours, expected);
  const oursMs = performance.now() - began;
  const frameBytes = ours.bytes / Math.max(1, ours.frames);
  ours.close();

  const theirs = await Subscribers.open({ port: barePort, token }, FAN_OUT, () => '/', 'event: run:');
  await sleep(500);
  theirs.frames = 0;
  const text = `event: run:stop\ndata: ${'x'.repeat(Math.max(0, Math.round(frameBytes) - 24))}\n\n`;
  const bareBegan = performance.now();
  for (let n = 0; n < 2 * EVENTS; n += 1) bare.send({ type: 'write', text });
  await arrived(theirs, expected);
  const theirsMs = performance.now() - bareBegan;
  theirs.close();
  publisher.close();
  const rate = (ms: number): number => Math.round(expected / (ms / 1000));
  console.log(
    `\n${EVENTS} events to ${FAN_OUT} subscribers of one stream, two frames of ${Math.round(frameBytes)} bytes each, the runs included`,
  );
  console.log(
    `  Hot API: ${rate(oursMs)} deliveries/s; bare Node server: ${rate(theirsMs)}/s (${(rate(oursMs) / rate(theirsMs)).toFixed(2)}x)`,
  );
}

async function arrived(all: Subscribers, frames: number): Promise<void> {
  const end = performance.now() + 120_000;
  while (all.frames < frames) {
    if (performance.now() > end) throw new Error(`${all.frames} of ${frames} frames arrived`);
    await sleep(5);
  }
}

/** Resident memory of a process. */
function memoryMb({ pid }: ChildProcess): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

function cpuTicks({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function statementsOf(db: Client): Promise<number> {
  const { rows } = await db.query<{ n: string }>(
    'SELECT xact_commit + xact_rollback AS n FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(rows[0]?.n);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
