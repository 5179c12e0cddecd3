/**
 * Measures a webhook from the request to its answer, beside an empty route of the same server and beside publishing an
 * event, in turns in one run. Everything shares this machine's cores. Arguments: `--calls N --connections N --rounds N`.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { runMigrations } from '@app/platform/database';
import { Publisher } from '../events/load';
import { percentile } from '../events/measures';
import { startPlatform, type Platform } from '../events/platform';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '4000' },
    connections: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '3' },
  },
});
const CALLS = Number(values.calls);
const BODY = '{"amount":12,"note":"a small body"}';

type Side = (publisher: Publisher) => Promise<{ readonly status: number; readonly text: string }>;

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
  try {
    await runMigrations(url.href);
    const db = new Client({ connectionString: url.href });
    await db.connect();
    db.on('error', () => undefined); // dropped with its database
    platform = await startPlatform(
      {
        DATABASE_URL: url.href,
        HOT_REDIS_PREFIX: name,
        HOT_MODE: 'development',
        HOT_DATA_DIR: `/tmp/${name}`,
        HOT_SECRET_KEY: randomBytes(32).toString('hex'),
        HOT_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
      },
      join('bench', 'webhooks', 'program'),
    );
    console.log(`Node ${process.version}, ${availableParallelism()} cores for everything`);
    await measure(platform, db);
    await db.end();
  } finally {
    platform?.stop();
    await sleep(500);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

async function measure(platform: Platform, db: Client): Promise<void> {
  const { rows } = await db.query<{ webhook_id: string }>('SELECT webhook_id FROM hot.webhook');
  const address = `/webhook/local/development/bench/echo/${rows[0]?.webhook_id.slice(-12)}`;
  const sides: Readonly<Record<string, Side>> = {
    'empty route (GET /status)': (publisher) => publisher.get('/status'),
    'event accepted': (publisher) =>
      publisher.post('/v1/events', `{"event_type":"bench:echo","event_data":${BODY}}`),
    'webhook answered': (publisher) => publisher.post(address, BODY),
  };
  const { hostname: host, port } = new URL(platform.url);
  const target = { host, port: Number(port), token: platform.token };
  await all(target, sides, 1_000, Number(values.connections), () => Promise.resolve());
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const connections of [1, Number(values.connections)]) {
      const calls = connections === 1 ? Math.min(CALLS, 500) : CALLS;
      await all(
        target,
        sides,
        calls,
        connections,
        async (side, times, seconds, before) => {
          const transactions = ((await transactionsOf(db)) - before) / calls;
          console.log(
            `${side.padEnd(28)} ${String(connections).padStart(3)} at once  ${String(Math.round(calls / seconds)).padStart(6)}/s  ` +
              `p50 ${percentile(times, 0.5).toFixed(2)} ms  p99 ${percentile(times, 0.99).toFixed(2)} ms  ` +
              `${transactions.toFixed(2)} transactions`,
          );
        },
        () => transactionsOf(db),
      );
    }
  }
}

async function all(
  target: Parameters<typeof Publisher.open>[0],
  sides: Readonly<Record<string, Side>>,
  calls: number,
  connections: number,
  tell: (side: string, times: readonly number[], seconds: number, before: number) => Promise<void>,
  count: () => Promise<number> = () => Promise.resolve(0),
): Promise<void> {
  for (const [side, call] of Object.entries(sides)) {
    const publisher = await Publisher.open(target, connections);
    const before = await count();
    const times: number[] = [];
    let left = calls;
    const began = performance.now();
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (left-- > 0) {
          const start = performance.now();
          const { status, text } = await call(publisher);
          times.push(performance.now() - start);
          if (status !== 200 && status !== 201) throw new Error(`${side} answered ${status}: ${text}`);
        }
      }),
    );
    const seconds = (performance.now() - began) / 1_000;
    publisher.close();
    await tell(
      side,
      times.sort((a, b) => a - b),
      seconds,
      before,
    );
  }
}

async function transactionsOf(db: Client): Promise<number> {
  // Backends hand their counts in at most once a second; and what was published has to be done with.
  await sleep(2_500);
  const { rows } = await db.query<{ n: string }>(
    `SELECT xact_commit AS n FROM pg_stat_database WHERE datname = current_database()`,
  );
  return Number(rows[0]?.n);
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
