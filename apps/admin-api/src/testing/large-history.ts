import type { Db } from '@app/platform/database';
import type { TestTenant } from './admin-app';

/**
 * Fills an environment with events and runs of the last 30 days, their counters, streams and exceptions: one of each
 * per tick, a failed run every 40, an unhandled event every 100.
 */
export async function fillHistory(
  db: Db,
  { envId }: TestTenant,
  projectId: string,
  count: number,
): Promise<void> {
  const tick = `(now() - interval '30 days' + g * (interval '30 days' / ${count}))`;
  const id = (shift: number): string =>
    `overlay(overlay(md5(g || '${envId}${shift}') placing
       lpad(to_hex((extract(epoch FROM ${tick}) * 1000)::bigint + ${shift}), 12, '0') from 1 for 12) placing '7' from 13 for 1)
     ::uuid`;
  const statements = [
    `INSERT INTO hot.event (event_id, retention_class, env_id, stream_id, event_type, event_data, event_time)
     SELECT ${id(0)}, -1, $1, ${id(0)}, (ARRAY['order:created','user:created','payment:done'])[1 + g % 3], '{"n":1}', ${tick}
       FROM generate_series(1, ${count}) g WHERE $2::uuid IS NOT NULL`,
    `INSERT INTO hot.run (run_id, retention_class, env_id, stream_id, project_id, event_id, run_type, status, handler_key,
                          function_name, start_time, stop_time, duration_us, result, info)
     SELECT ${id(5)}, -1, $1, ${id(0)}, CASE WHEN g % 5 = 0 THEN $2::uuid END, ${id(0)}, CASE WHEN g % 500 = 7 THEN 3 ELSE 2 END,
            CASE WHEN g % 40 = 0 THEN 3 ELSE 2 END, '::shop/pay', '::shop/pay', ${tick}, ${tick}, 1000 + g % 1000, '{"ok":1}', '{}'
       FROM generate_series(1, ${count}) g`,
    `INSERT INTO hot.stream (stream_id, env_id, root_label, created_at, last_activity_at, total_runs, total_events, failed_runs)
     SELECT ${id(0)}, $1, 'order:created', ${tick}, ${tick}, 1, 1, CASE WHEN g % 40 = 0 THEN 1 ELSE 0 END
       FROM generate_series(1, ${count}) g WHERE $2::uuid IS NOT NULL`,
    `INSERT INTO hot.event_unhandled (event_id, retention_class, env_id, event_type)
     SELECT ${id(0)}, -1, $1, 'order:created' FROM generate_series(1, ${count}) g WHERE g % 100 = 50 AND $2::uuid IS NOT NULL`,
    counters(
      `hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count, sum_us)`,
      `coalesce(x.project_id, '00000000-0000-0000-0000-000000000000'), x.run_type, x.status, 0, count(*), sum(x.duration_us)`,
      `hot.run x`,
      'x.start_time',
      'x.project_id, x.run_type, x.status',
    ),
    counters(
      `hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)`,
      `1, 0, count(*)`,
      `hot.event x`,
      'x.event_time',
      '1',
    ),
  ];
  for (const sql of statements) await db.execute(sql, [envId, projectId]);
}

/** Minutes of the last two days, hours of what is older, and the sum of all: as the maintenance leaves them. */
function counters(into: string, columns: string, from: string, at: string, by: string): string {
  return `INSERT INTO ${into}
    SELECT x.env_id, v.g, CASE v.g WHEN 0 THEN to_timestamp(0) WHEN 1 THEN date_trunc('minute', ${at}, 'UTC')
                                   ELSE date_trunc('hour', ${at}, 'UTC') END, ${columns}
      FROM ${from} CROSS JOIN (VALUES (0), (1), (2)) v(g)
     WHERE x.env_id = $1 AND $2::uuid IS NOT NULL
       AND (v.g = 0 OR (v.g = 1) = (${at} >= date_trunc('hour', now() - interval '48 hours', 'UTC')))
     GROUP BY 1, 2, 3${by === '1' ? '' : `, ${by}`}`;
}
