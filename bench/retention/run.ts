/**
 * Measures how long it takes to forget a day of history with its counters, beside deleting the rows of an equal day, in one
 * run on one database. Arguments: `--runs N` per day.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Test } from '@nestjs/testing';
import { Client } from 'pg';
import { Clock, FixedClock, idFloor, newId } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, runMigrations } from '@app/platform/database';
import { Retention, RetentionModule } from '@app/retention';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000000' } } });
const RUNS = Number(values.runs);
const BATCH = 250_000;
const DAY_MS = 86_400_000;
const FIRST = Date.parse('2026-11-01T00:00:00Z');

// Ids as the platform makes them: time first, then whatever. 86,400,000 ms hold every number of runs here.
const INSERT = `
  INSERT INTO hot.run (run_id, retention_class, env_id, stream_id, event_id, run_type, status, handler_key, function_name,
    start_time, stop_time, duration_us, result, call_count, trace_bytes, trace)
  SELECT id, 7, $1, id, id, 2, 2, '::orders::flow/on-placed', '::orders::flow/on-placed', at, at, 900,
    '{"ok":true,"order":"' || n || '"}', 12, 600, repeat('x', 600)
    FROM (SELECT n, to_timestamp(ms / 1000) AS at,
                 (lpad(to_hex(ms::bigint), 12, '0') || '7' || lpad(to_hex((n % 4096)::int), 3, '0') || '8'
                   || substr(md5(n::text), 1, 15))::uuid AS id
            FROM (SELECT n, $2::float8 + n * (86400000.0 / $3) AS ms FROM generate_series($4::bigint, $5::bigint) n) t) i`;

const COUNT = `
  INSERT INTO hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count, sum_us)
  SELECT env_id, g, CASE g WHEN 0 THEN to_timestamp(0) ELSE date_trunc('hour', start_time, 'UTC') END AS b, $2, run_type,
         status, 0, count(*), sum(duration_us)
    FROM hot.run CROSS JOIN (VALUES (0::smallint), (2::smallint)) AS v(g) WHERE env_id = $1 GROUP BY 1, 2, b, 5, 6`;

async function main(): Promise<void> {
  const server = process.env['BENCH_DATABASE_URL'] ?? process.env['TEST_DATABASE_URL'] ?? '';
  const name = `bench_${randomUUID().slice(0, 8)}`;
  const admin = new Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  try {
    await runMigrations(url.href);
    await measure(url.href);
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

async function measure(url: string): Promise<void> {
  const db = new Client({ connectionString: url });
  await db.connect();
  const envId = newId();
  await db.query(`SELECT hot.ensure_partitions(7::smallint, to_timestamp($1), to_timestamp($2))`, [
    FIRST / 1000,
    (FIRST + 2 * DAY_MS) / 1000,
  ]);
  for (const day of [0, 1]) {
    for (let from = 0; from < RUNS; from += BATCH) {
      const to = Math.min(RUNS, from + BATCH) - 1;
      await db.query(INSERT, [envId, FIRST + day * DAY_MS, RUNS, from, to]);
    }
  }
  await db.query(COUNT, [envId, '00000000-0000-0000-0000-000000000000']);
  await db.query('VACUUM ANALYZE hot.run');
  await db.query('CHECKPOINT');

  const app = await Test.createTestingModule({
    imports: [ConfigModule.forRoot({ ...process.env, DATABASE_URL: url }), DatabaseModule, RetentionModule],
  })
    .overrideProvider(Clock)
    .useValue(new FixedClock(FIRST + DAY_MS + 7 * DAY_MS))
    .compile();
  await app.init();
  const dropped = await timed(() => app.get(Retention).dropExpired());
  await app.close();
  const { rows } = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM hot.run');
  if (rows[0]?.n !== RUNS) throw new Error(`${rows[0]?.n} runs are left of ${2 * RUNS}`);
  const deleted = await timed(() =>
    db.query('DELETE FROM hot.run WHERE env_id = $1 AND run_id >= $2 AND run_id < $3', [
      envId,
      idFloor(FIRST + DAY_MS),
      idFloor(FIRST + 2 * DAY_MS),
    ]),
  );
  await db.end();
  console.log(`A day of ${RUNS} runs`);
  console.log(`  dropped, with all five tables and its counters: ${dropped.toFixed(0)} ms`);
  console.log(
    `  rows of hot.run deleted, nothing else: ${deleted.toFixed(0)} ms (${(deleted / dropped).toFixed(0)}x)`,
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
