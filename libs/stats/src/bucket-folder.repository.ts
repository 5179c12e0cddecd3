/**
 * Tables: run_bucket, event_bucket, usage_daily (delete, insert).
 *
 * Buckets of writers become one: slots of closed minutes are added up, and minutes older than two days become hours.
 * A late fact (a run that began days ago and ends now) makes a new small bucket, which the next round adds as well.
 */
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

/** A minute is closed when writers that were held up for a while have come through too. */
const CLOSED_AFTER = `interval '3 minutes'`;
export const MINUTES_KEPT = `interval '48 hours'`;

const FOLD_RUN_SLOTS = `
WITH old AS (
  DELETE FROM hot.run_bucket
  WHERE slot <> 0 AND ((granularity = 1 AND bucket_start < now() - ${CLOSED_AFTER}) OR granularity = 2)
  RETURNING *)
INSERT INTO hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count, sum_us)
SELECT env_id, granularity, bucket_start, project_id, run_type, status, 0, sum(count), sum(sum_us) FROM old
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (env_id, granularity, bucket_start, project_id, run_type, status, slot)
DO UPDATE SET count = hot.run_bucket.count + excluded.count, sum_us = hot.run_bucket.sum_us + excluded.sum_us`;

const RUN_MINUTES_TO_HOURS = `
WITH old AS (
  DELETE FROM hot.run_bucket
  WHERE granularity = 1 AND bucket_start < date_trunc('hour', now() - ${MINUTES_KEPT}, 'UTC') RETURNING *)
INSERT INTO hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count, sum_us)
SELECT env_id, 2, date_trunc('hour', bucket_start, 'UTC'), project_id, run_type, status, 0, sum(count), sum(sum_us)
FROM old GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (env_id, granularity, bucket_start, project_id, run_type, status, slot)
DO UPDATE SET count = hot.run_bucket.count + excluded.count, sum_us = hot.run_bucket.sum_us + excluded.sum_us`;

const FOLD_EVENT_SLOTS = `
WITH old AS (
  DELETE FROM hot.event_bucket
  WHERE slot <> 0 AND ((granularity = 1 AND bucket_start < now() - ${CLOSED_AFTER}) OR granularity = 2)
  RETURNING *)
INSERT INTO hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)
SELECT env_id, granularity, bucket_start, state, 0, sum(count) FROM old GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (env_id, granularity, bucket_start, state, slot)
DO UPDATE SET count = hot.event_bucket.count + excluded.count`;

const EVENT_MINUTES_TO_HOURS = `
WITH old AS (
  DELETE FROM hot.event_bucket
  WHERE granularity = 1 AND bucket_start < date_trunc('hour', now() - ${MINUTES_KEPT}, 'UTC') RETURNING *)
INSERT INTO hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)
SELECT env_id, 2, date_trunc('hour', bucket_start, 'UTC'), state, 0, sum(count) FROM old
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (env_id, granularity, bucket_start, state, slot)
DO UPDATE SET count = hot.event_bucket.count + excluded.count`;

// All-time counters and days that are over: their writers may be gone for good, or still there and writing elsewhere.
const FOLD_ALL_TIME = `
WITH old AS (
  DELETE FROM hot.run_bucket b WHERE slot <> 0 AND granularity = 0
    AND NOT EXISTS (SELECT 1 FROM hot.run_bucket m WHERE m.env_id = b.env_id AND m.granularity = 1 AND m.slot = b.slot)
  RETURNING *)
INSERT INTO hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count, sum_us)
SELECT env_id, 0, bucket_start, project_id, run_type, status, 0, sum(count), sum(sum_us) FROM old
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (env_id, granularity, bucket_start, project_id, run_type, status, slot)
DO UPDATE SET count = hot.run_bucket.count + excluded.count, sum_us = hot.run_bucket.sum_us + excluded.sum_us`;

const FOLD_EVENTS_ALL_TIME = `
WITH old AS (
  DELETE FROM hot.event_bucket b WHERE slot <> 0 AND granularity = 0
    AND NOT EXISTS (SELECT 1 FROM hot.event_bucket m WHERE m.env_id = b.env_id AND m.granularity = 1 AND m.slot = b.slot)
  RETURNING *)
INSERT INTO hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)
SELECT env_id, 0, bucket_start, state, 0, sum(count) FROM old GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (env_id, granularity, bucket_start, state, slot)
DO UPDATE SET count = hot.event_bucket.count + excluded.count`;

const FOLD_USAGE = `
WITH old AS (
  DELETE FROM hot.usage_daily WHERE slot <> 0 AND day < (now() AT TIME ZONE 'UTC')::date RETURNING *)
INSERT INTO hot.usage_daily (org_id, env_id, day, metric, slot, value)
SELECT org_id, env_id, day, metric, 0, sum(value) FROM old GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (org_id, env_id, day, metric, slot) DO UPDATE SET value = hot.usage_daily.value + excluded.value`;

@Injectable()
export class BucketFolder {
  constructor(private readonly db: Db) {}

  /** Adds up closed minutes. Cheap; once a minute. Each statement keeps every total as it was. */
  async foldSlots(): Promise<void> {
    for (const sql of [FOLD_RUN_SLOTS, FOLD_EVENT_SLOTS]) await this.db.execute(sql);
  }

  /** Turns old minutes into hours and adds up what is left of writers that are gone. Once an hour. */
  async foldHours(): Promise<void> {
    for (const sql of [
      RUN_MINUTES_TO_HOURS,
      EVENT_MINUTES_TO_HOURS,
      FOLD_ALL_TIME,
      FOLD_EVENTS_ALL_TIME,
      FOLD_USAGE,
    ]) {
      await this.db.execute(sql);
    }
  }
}
