/**
 * Tables: usage_daily, run, env, org, file, file_usage, blob_object, blob_usage, store_entry, store_tally, stream, event. Reads only, all tenants.
 *
 * Counts again what is billed and shown as used. Days of which history may have been dropped are left out: their
 * counters stay, their facts do not.
 */
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

export interface UsageDifference {
  readonly counter:
    | 'runs a day'
    | 'calls a day'
    | 'call bytes a day'
    | 'files'
    | 'file bytes'
    | 'blob objects'
    | 'blob bytes'
    | 'store entries'
    | 'store bytes';
  /** Organization, environment or store. */
  readonly id: string;
  readonly counted: number;
  readonly facts: number;
}

export interface UsageVerification {
  readonly differences: readonly UsageDifference[];
  /**
   * Streams whose totals are not what their runs and events add up to. A crash of a process may cause some: these
   * totals are for show, and written a second late.
   */
  readonly staleStreams: number;
}

const DAILY = `
WITH whole AS (
  SELECT e.env_id, e.org_id, CASE
      WHEN min(r.retention_class) < 0 AND o.retention_class < 0 THEN '-infinity'::date
      ELSE (now() AT TIME ZONE 'UTC')::date - greatest(0, least(coalesce(min(r.retention_class) FILTER (WHERE r.retention_class > 0), 365),
        CASE WHEN o.retention_class > 0 THEN o.retention_class ELSE 365 END) - 1) END AS since
  FROM hot.env e JOIN hot.org o USING (org_id) LEFT JOIN LATERAL (
    SELECT DISTINCT retention_class FROM hot.run WHERE env_id = e.env_id) r ON true
  GROUP BY e.env_id, e.org_id, o.retention_class),
facts AS (
  SELECT w.org_id, r.env_id, (r.stop_time AT TIME ZONE 'UTC')::date AS day, m.metric,
         sum(CASE m.metric WHEN 'runs' THEN (r.run_type <> 7)::int WHEN 'calls' THEN r.call_count ELSE r.trace_bytes END) AS n
  FROM hot.run r JOIN whole w USING (env_id) CROSS JOIN (VALUES ('call_bytes'), ('calls'), ('runs')) AS m(metric)
  WHERE (r.stop_time AT TIME ZONE 'UTC')::date >= w.since GROUP BY 1, 2, 3, 4),
counted AS (
  SELECT u.org_id, u.env_id, u.day, u.metric, sum(u.value) AS n FROM hot.usage_daily u JOIN whole w USING (env_id)
  WHERE u.metric IN ('runs', 'calls', 'call_bytes') AND u.day >= w.since GROUP BY 1, 2, 3, 4)
SELECT CASE metric WHEN 'runs' THEN 'runs a day' WHEN 'calls' THEN 'calls a day' ELSE 'call bytes a day' END AS counter,
       env_id AS id, sum(coalesce(c.n, 0))::float8 AS counted, sum(coalesce(f.n, 0))::float8 AS facts
FROM counted c FULL JOIN facts f USING (org_id, env_id, day, metric)
WHERE coalesce(c.n, 0) <> coalesce(f.n, 0) GROUP BY metric, env_id`;

const FILES = `
SELECT m.counter, org_id AS id, CASE m.counter WHEN 'files' THEN coalesce(u.files, 0) ELSE coalesce(u.bytes, 0) END::float8 AS counted,
       CASE m.counter WHEN 'files' THEN coalesce(f.files, 0) ELSE coalesce(f.bytes, 0) END::float8 AS facts
FROM (SELECT org_id, sum(files) AS files, sum(bytes) AS bytes FROM hot.file_usage GROUP BY 1) u
FULL JOIN (SELECT org_id, count(*) AS files, sum(size) AS bytes FROM hot.file WHERE deleted_at IS NULL GROUP BY 1) f USING (org_id)
CROSS JOIN (VALUES ('files'), ('file bytes')) AS m(counter)
WHERE CASE m.counter WHEN 'files' THEN coalesce(u.files, 0) <> coalesce(f.files, 0)
                     ELSE coalesce(u.bytes, 0) <> coalesce(f.bytes, 0) END`;

const BLOBS = `
SELECT m.counter, org_id AS id, CASE m.counter WHEN 'blob objects' THEN coalesce(u.objects, 0) ELSE coalesce(u.bytes, 0) END::float8 AS counted,
       CASE m.counter WHEN 'blob objects' THEN coalesce(o.objects, 0) ELSE coalesce(o.bytes, 0) END::float8 AS facts
FROM (SELECT org_id, sum(objects) AS objects, sum(bytes) AS bytes FROM hot.blob_usage GROUP BY 1) u
FULL JOIN (SELECT org_id, count(*) AS objects, sum(size) AS bytes FROM hot.blob_object WHERE status = 'available' GROUP BY 1) o
  USING (org_id)
CROSS JOIN (VALUES ('blob objects'), ('blob bytes')) AS m(counter)
WHERE CASE m.counter WHEN 'blob objects' THEN coalesce(u.objects, 0) <> coalesce(o.objects, 0)
                     ELSE coalesce(u.bytes, 0) <> coalesce(o.bytes, 0) END`;

const STORES = `
SELECT m.counter, store_id AS id, CASE m.counter WHEN 'store entries' THEN coalesce(t.entries, 0) ELSE coalesce(t.bytes, 0) END::float8 AS counted,
       CASE m.counter WHEN 'store entries' THEN coalesce(e.entries, 0) ELSE coalesce(e.bytes, 0) END::float8 AS facts
FROM (SELECT store_id, sum(entries) AS entries, sum(bytes) AS bytes FROM hot.store_tally GROUP BY 1) t
FULL JOIN (SELECT store_id, count(*) AS entries, sum(size) AS bytes FROM hot.store_entry GROUP BY 1) e USING (store_id)
CROSS JOIN (VALUES ('store entries'), ('store bytes')) AS m(counter)
WHERE CASE m.counter WHEN 'store entries' THEN coalesce(t.entries, 0) <> coalesce(e.entries, 0)
                     ELSE coalesce(t.bytes, 0) <> coalesce(e.bytes, 0) END`;

/** Only streams whose whole history is kept. */
const STREAMS = `
SELECT count(*)::float8 AS n
FROM hot.stream s JOIN hot.env e USING (env_id) JOIN hot.org o USING (org_id)
LEFT JOIN (SELECT stream_id, count(*) AS runs, count(*) FILTER (WHERE status = 3) AS failed FROM hot.run GROUP BY 1) r USING (stream_id)
LEFT JOIN (SELECT stream_id, count(*) AS events FROM hot.event GROUP BY 1) v USING (stream_id)
WHERE o.retention_class < 0 AND NOT EXISTS (SELECT 1 FROM hot.dispatch d WHERE d.stream_id = s.stream_id)
  AND s.last_activity_at < now() - interval '5 seconds'
  AND (s.total_runs, s.failed_runs, s.total_events) IS DISTINCT FROM
      (coalesce(r.runs, 0)::int, coalesce(r.failed, 0)::int, coalesce(v.events, 0)::int)`;

@Injectable()
export class UsageVerifier {
  constructor(private readonly db: Db) {}

  async verify(): Promise<UsageVerification> {
    return this.db.tx(async () => {
      await this.db.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      // As long as it takes: nobody waits for it but whoever asked.
      await this.db.execute('SET LOCAL statement_timeout = 0');
      const differences: UsageDifference[] = [];
      for (const sql of [DAILY, FILES, BLOBS, STORES]) {
        differences.push(...(await this.db.query<UsageDifference & Record<string, unknown>>(sql)));
      }
      const streams = await this.db.queryOne<{ n: number }>(STREAMS);
      return { differences, staleStreams: streams?.n ?? 0 };
    });
  }
}
