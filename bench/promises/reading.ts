/** What the app asks for when somebody opens a page, where much has happened. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher } from '../events/load';
import { start } from '../events/platform';
import { localEnv, percentile, tell, type Bench } from './measure';

const ROUNDS = 20;
const DAYS = 30;
const BATCH = 250_000;
const FAR_AHEAD_MS = 3_600_000;
const DETAIL_MS = 1_000;
const DASHBOARD_MS = 300;
const LIST_MS = 20;

// Ids as the platform makes them: time first. One in a hundred runs has failed.
const RUNS = `
  INSERT INTO hot.run (run_id, retention_class, env_id, stream_id, event_id, project_id, run_type, status, handler_key,
    function_name, start_time, stop_time, duration_us, result, call_count, trace_bytes, trace)
  SELECT id, $6, $1, id, id, $7, 2, CASE n % 100 WHEN 0 THEN 3 ELSE 2 END, '::promises::work/handle',
    '::promises::work/handle', at, at + interval '1 millisecond', 900, '{"ok":true}', 12, 600, repeat('x', 200)
    FROM (SELECT n, to_timestamp(ms / 1000) AS at,
                 (lpad(to_hex(ms::bigint), 12, '0') || '7' || lpad(to_hex((n % 4096)::int), 3, '0') || '8'
                   || substr(md5(n::text), 1, 15))::uuid AS id
            FROM (SELECT n, $2::float8 + n * ($8::float8 / $3) AS ms FROM generate_series($4::bigint, $5::bigint) n) t) i`;

const EVENTS = `
  INSERT INTO hot.event (event_id, retention_class, env_id, stream_id, event_type, event_data, event_time, source)
  SELECT event_id, retention_class, env_id, stream_id, 'bench:event', '{"at":1}', start_time, 1 FROM hot.run
   WHERE env_id = $1`;

const COUNT_RUNS = `
  INSERT INTO hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count, sum_us)
  SELECT env_id, g, CASE g WHEN 0 THEN to_timestamp(0) WHEN 1 THEN date_trunc('minute', start_time, 'UTC')
                           ELSE date_trunc('hour', start_time, 'UTC') END AS b,
         project_id, run_type, status, 0, count(*), sum(duration_us)
    FROM hot.run CROSS JOIN (VALUES (0::smallint), (1::smallint), (2::smallint)) AS v(g)
   WHERE env_id = $1 AND (g <> 1 OR start_time > now() - interval '2 days')
   GROUP BY 1, 2, b, 4, 5, 6`;

const COUNT_EVENTS = `
  INSERT INTO hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)
  SELECT env_id, g, CASE g WHEN 0 THEN to_timestamp(0) WHEN 1 THEN date_trunc('minute', event_time, 'UTC')
                           ELSE date_trunc('hour', event_time, 'UTC') END AS b, 1, 0, count(*)
    FROM hot.event CROSS JOIN (VALUES (0::smallint), (1::smallint), (2::smallint)) AS v(g)
   WHERE env_id = $1 AND (g <> 1 OR event_time > now() - interval '2 days')
   GROUP BY 1, 2, b`;

export async function reading(bench: Bench): Promise<void> {
  const { platform, env, sizes, target } = bench;
  await fill(bench);
  const runId = await longRun(bench);
  const port = target.port + 1;
  const app = await start('admin-api', {
    ...process.env,
    ...env,
    HOT_APP_HOST: '127.0.0.1',
    HOT_APP_PORT: String(port),
    HOT_API_PORT: String(new URL(platform.url).port),
  });
  try {
    const read = await signIn(`http://127.0.0.1:${port}`);
    const { data } = (await read(`/runs/${runId}`)) as { data: { call_count?: number } };
    console.log(
      `\n${sizes.runs} runs and as many events in ${DAYS} days of one environment; a run of ${data.call_count ?? '?'} calls; ${ROUNDS} times each`,
    );
    const page = [
      `/runs/${runId}`,
      `/runs/${runId}/trace`,
      `/runs/${runId}/logs`,
      `/runs/${runId}/hierarchy`,
    ];
    await time('page of the run: detail, trace, logs, hierarchy', DETAIL_MS, () =>
      Promise.all(page.map(read)),
    );
    await time('its trace alone', DETAIL_MS, () => read(`/runs/${runId}/trace`));
    for (const range of ['24h', '7d', '30d'])
      await time(`dashboard of ${range}`, DASHBOARD_MS, () => read(`/dashboard?t=${range}`));
    await time('list of runs', LIST_MS, () => read('/runs?limit=50'));
    await time('list of runs that failed', LIST_MS, () => read('/runs?limit=50&status=failed'));
    await time('list of events', LIST_MS, () => read('/events?limit=50'));
    await time('list of streams', LIST_MS, () => read('/streams?limit=50'));
  } finally {
    app.kill();
  }
}

async function fill({ db, sizes }: Bench): Promise<void> {
  const { envId, projectId } = await localEnv(db);
  const { rows } = await db.query<{ retention_class: number }>(
    'SELECT o.retention_class::int FROM hot.env e JOIN hot.org o USING (org_id) WHERE e.env_id = $1',
    [envId],
  );
  const retention = rows[0]?.retention_class ?? -1;
  const from = Date.now() - DAYS * 86_400_000;
  await db.query(`SELECT hot.ensure_partitions($1::smallint, to_timestamp($2), to_timestamp($3))`, [
    retention,
    from / 1_000,
    (Date.now() + FAR_AHEAD_MS) / 1_000,
  ]);
  for (let first = 0; first < sizes.runs; first += BATCH) {
    const last = Math.min(sizes.runs, first + BATCH) - 1;
    const span = DAYS * 86_400_000;
    await db.query(RUNS, [envId, from, sizes.runs, first, last, retention, projectId, span]);
  }
  for (const statement of [EVENTS, COUNT_RUNS, COUNT_EVENTS]) await db.query(statement, [envId]);
  await db.query('VACUUM ANALYZE');
}

/** One whose trace has about as many calls as were asked for. */
async function longRun({ target, sizes, db }: Bench): Promise<string> {
  const publisher = await Publisher.open(target, 1);
  // One recorded call each: that of `step`. What calls itself last is a loop.
  const body = { event_type: 'bench:long', event_data: { steps: sizes.calls } };
  const { status, text } = await publisher.post('/v1/events', JSON.stringify(body));
  publisher.close();
  if (status !== 201) throw new Error(text);
  for (;;) {
    const { rows } = await db.query<{ run_id: string; status: number }>(
      `SELECT run_id, status FROM hot.run WHERE function_name = '::promises::work/long'`,
    );
    const [row] = rows;
    if (row?.status === 2) return row.run_id;
    if (row !== undefined) throw new Error('The run of many calls has failed');
    await sleep(50);
  }
}

type Read = (path: string) => Promise<unknown>;

async function signIn(origin: string): Promise<Read> {
  const login = await fetch(`${origin}/admin/v1/login/local`, { method: 'POST', headers: { origin } });
  if (login.status !== 200) throw new Error(await login.text());
  const [cookie = ''] = (login.headers.get('set-cookie') ?? '').split(';');
  return async (path) => {
    const url = `${origin}/admin/v1/orgs/local/envs/development${path}`;
    const answer = await fetch(url, { headers: { origin, cookie } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
}

async function time(what: string, goalMs: number, read: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await read();
    times.push(performance.now() - began);
  }
  const [first = 0] = times;
  times.sort((a, b) => a - b);
  const p95 = percentile(times, 95);
  const figure = `p50 ${percentile(times, 50).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, first ${first.toFixed(0)} ms`;
  tell(what, figure, `below ${goalMs} ms`, p95 < goalMs);
}
