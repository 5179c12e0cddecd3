/** Schedules by the thousands: how long after its time each happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { localEnv, percentile, tell, type Bench } from './measure';

const SECONDS = 120;
const GOAL_MS = 1_500;

// Every minute, each at a second of its own: so many a second, all the time.
const MAKE = `
  INSERT INTO hot.schedule (schedule_id, env_id, project_id, kind, cron, expression, ns, var, args, next_fire_at)
  SELECT gen_random_uuid(), $1, $2, 2, (n % 60) || ' * * * * * *', (n % 60) || ' * * * * * *', '::promises::work', 'tick',
         '[' || n || ']', date_trunc('minute', now()) + interval '1 minute' + (n % 60) * interval '1 second'
    FROM generate_series(1, $3::int) n`;

const LATENESS = `
  SELECT extract(epoch FROM l.executed_at - l.scheduled_time) * 1000 AS ms FROM hot.schedule_log l
   WHERE l.scheduled_time >= $1 AND l.scheduled_time < $2 ORDER BY 1`;

export async function lateness({ db, sizes }: Bench): Promise<void> {
  const { envId, projectId } = await localEnv(db);
  await db.query(MAKE, [envId, projectId, sizes.schedules]);
  await db.query('ANALYZE hot.schedule');
  const from = Math.ceil(Date.now() / 60_000) * 60_000;
  const to = from + SECONDS * 1_000;
  await sleep(to + 10_000 - Date.now());
  const { rows } = await db.query<{ ms: string }>(LATENESS, [new Date(from), new Date(to)]);
  const late = Float64Array.from(rows, (row) => Number(row.ms));
  const expected = (sizes.schedules * SECONDS) / 60;
  console.log(
    `\n${sizes.schedules} schedules, each every minute: ${late.length} of ${expected} times in ${SECONDS} s, their runs beside it`,
  );
  const p99 = percentile(late, 99);
  const figure = `p50 ${percentile(late, 50).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, at most ${percentile(late, 100).toFixed(0)} ms`;
  tell('late by', figure, 'p99 below 1.5 s', p99 < GOAL_MS && late.length === expected);
}
