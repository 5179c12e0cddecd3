/**
 * Tables: usage_daily, file_usage, blob_usage, store_tally, store_map, build, project, env, org, org_user, schedule. Read-only.
 *
 * Nothing here reads facts: what is used was counted when it happened, and is counted by day (UTC). A run counts on the
 * day on which it ended.
 */
import { Injectable } from '@nestjs/common';
import type { OrgScope } from '@app/kernel';
import type { Period } from '@app/plans';
import { Db, statement } from '@app/platform/database';

export interface UsedRow {
  readonly runs: number;
  readonly compute_units: number;
  readonly task_ms: number;
  readonly calls: number;
  readonly call_bytes: number;
  readonly file_bytes: number;
  readonly blob_bytes: number;
  readonly store_bytes: number;
  readonly build_bytes: number;
  readonly team_members: number;
  readonly active_schedules: number;
}

/**
 * What is still stored of calls: history is dropped by days where it is kept up to 30 days, else by whole months.
 * $4: days of grace on top.
 */
const KEPT_SINCE = `
  SELECT CASE WHEN o.retention_class < 0 THEN '-infinity'::date
              WHEN o.retention_class <= 30 THEN (now() AT TIME ZONE 'UTC')::date - (o.retention_class + $4::int)
              ELSE date_trunc('month', (now() AT TIME ZONE 'UTC') - make_interval(days => o.retention_class + $4::int))::date
         END AS day
  FROM hot.org o WHERE o.org_id = $1`;

const daily = (metric: string): string => `coalesce(sum(u.value) FILTER (WHERE u.metric = '${metric}'
  AND u.day >= $2::date AND u.day < $3::date), 0)::bigint`;
const kept = (metric: string): string =>
  `coalesce(sum(u.value) FILTER (WHERE u.metric = '${metric}' AND u.day >= k.day), 0)::bigint`;

const USED = statement(
  'usage_used',
  `
WITH counted AS (
  SELECT ${daily('runs')} AS runs, ${daily('compute_units')} AS compute_units, ${daily('task_ms')} AS task_ms,
         ${kept('calls')} AS calls, ${kept('call_bytes')} AS call_bytes
  FROM (${KEPT_SINCE}) k LEFT JOIN hot.usage_daily u ON u.org_id = $1)
SELECT counted.*,
  (SELECT coalesce(sum(bytes), 0) FROM hot.file_usage WHERE org_id = $1)::bigint AS file_bytes,
  (SELECT coalesce(sum(bytes), 0) FROM hot.blob_usage WHERE org_id = $1)::bigint AS blob_bytes,
  (SELECT coalesce(sum(t.bytes), 0) FROM hot.store_map m JOIN hot.store_tally t USING (store_id)
    WHERE m.org_id = $1)::bigint AS store_bytes,
  (SELECT coalesce(sum(b.size), 0) FROM hot.env e JOIN hot.project p USING (env_id) JOIN hot.build b USING (project_id)
    WHERE e.org_id = $1)::bigint AS build_bytes,
  (SELECT count(*) FROM hot.org_user WHERE org_id = $1) AS team_members,
  (SELECT count(*) FROM hot.env e JOIN hot.schedule s USING (env_id) WHERE e.org_id = $1 AND s.active) AS active_schedules
FROM counted`,
);

@Injectable()
export class UsageQueries {
  constructor(private readonly db: Db) {}

  async used({ orgId }: OrgScope, { start, end }: Period, graceDays: number): Promise<UsedRow> {
    const row = await this.db.queryOne<UsedRow & Record<string, unknown>>(USED, [
      orgId,
      dayOf(start),
      dayOf(end),
      graceDays,
    ]);
    if (row === undefined) throw new Error('A statement with one row answered none');
    return row;
  }
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
