/**
 * Tables: run_bucket, run, dispatch. Reads only.
 *
 * Totals of runs. Finished ones are counted in buckets, with the fact; running and waiting ones are rows of live work
 * and counted there. Both in one statement, so that all numbers of an answer are of one moment.
 */
import { idFloor, type EnvScope } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

export interface RunTotals {
  readonly running: number;
  readonly pendingRetry: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface RunCountFilter {
  /** 1–5 as in RUN_STATUSES; null for all. */
  readonly status: number | null;
  /** 1–7 as in RUN_TYPES; null for all but tasks. */
  readonly runType: number | null;
  readonly projectId: string | null;
  /** Runs that began at or after; null for all. */
  readonly fromMs: number | null;
}

const TASK = 7;
const MINUTE_MS = 60_000;

const ALL_TIME = statement(
  'stats_run_totals',
  `SELECT status, sum(n)::bigint AS n FROM (
     SELECT status, count AS n FROM hot.run_bucket
     WHERE env_id = $1 AND granularity = 0 AND bucket_start = to_timestamp(0)
       AND CASE WHEN $2::smallint IS NULL THEN run_type <> ${TASK} ELSE run_type = $2 END
       AND ($3::uuid IS NULL OR project_id = $3)
     UNION ALL
     SELECT CASE state WHEN 2 THEN 1 ELSE 5 END, 1 FROM hot.dispatch
     WHERE env_id = $1 AND run_id IS NOT NULL AND kind = 2 AND state IN (2, 3)
       AND CASE WHEN $2::smallint IS NULL THEN run_type <> ${TASK} ELSE run_type = $2 END
       AND ($3::uuid IS NULL OR project_id = $3)) t
   GROUP BY status`,
);

/** Whole minutes and hours from their buckets; the runs of the minute (hour, where it is that old) that is cut, one by one. */
const SINCE = statement(
  'stats_run_totals_since',
  `SELECT status, sum(n)::bigint AS n FROM (
     SELECT status, count AS n FROM hot.run_bucket
     WHERE env_id = $1 AND ((granularity = 1 AND bucket_start >= $4) OR (granularity = 2 AND bucket_start >= $5))
       AND CASE WHEN $2::smallint IS NULL THEN run_type <> ${TASK} ELSE run_type = $2 END
       AND ($3::uuid IS NULL OR project_id = $3)
     UNION ALL
     SELECT status, 1 FROM hot.run
     WHERE env_id = $1 AND run_id >= $6
       AND run_id < CASE WHEN EXISTS (SELECT 1 FROM hot.run_bucket WHERE env_id = $1 AND granularity = 2
                                        AND bucket_start = $9)
                         THEN $8::uuid ELSE $7::uuid END
       AND CASE WHEN $2::smallint IS NULL THEN run_type <> ${TASK} ELSE run_type = $2 END
       AND ($3::uuid IS NULL OR project_id = $3)
     UNION ALL
     SELECT CASE state WHEN 2 THEN 1 ELSE 5 END, 1 FROM hot.dispatch
     WHERE env_id = $1 AND run_id >= $6 AND kind = 2 AND state IN (2, 3)
       AND CASE WHEN $2::smallint IS NULL THEN run_type <> ${TASK} ELSE run_type = $2 END
       AND ($3::uuid IS NULL OR project_id = $3)) t
   GROUP BY status`,
);

@Injectable()
export class RunCounters {
  constructor(private readonly db: Db) {}

  /** Totals per status. Runs of tasks are left out unless the filter names their type. */
  async totals(scope: EnvScope, filter: Omit<RunCountFilter, 'status'>): Promise<RunTotals> {
    const { runType, projectId, fromMs } = filter;
    const rows = await this.db.query<{ status: number; n: number }>(
      fromMs === null ? ALL_TIME : SINCE,
      fromMs === null
        ? [scope.envId, runType, projectId]
        : [scope.envId, runType, projectId, ...cuts(fromMs)],
    );
    const of = (status: number) => rows.find((row) => row.status === status)?.n ?? 0;
    return { running: of(1), succeeded: of(2), failed: of(3), cancelled: of(4), pendingRetry: of(5) };
  }

  async total(scope: EnvScope, filter: RunCountFilter): Promise<number> {
    const totals = await this.totals(scope, filter);
    switch (filter.status) {
      case null:
        return totals.running + totals.pendingRetry + totals.succeeded + totals.failed + totals.cancelled;
      case 1:
        return totals.running;
      case 2:
        return totals.succeeded;
      case 3:
        return totals.failed;
      case 4:
        return totals.cancelled;
      default:
        return totals.pendingRetry;
    }
  }
}

/** First whole minute, first whole hour; ids from the cut to each of them; the hour that is cut. */
function cuts(fromMs: number): unknown[] {
  const minute = Math.ceil(fromMs / MINUTE_MS) * MINUTE_MS;
  const hourMs = 60 * MINUTE_MS;
  const hour = Math.ceil(fromMs / hourMs) * hourMs;
  return [
    new Date(minute),
    new Date(hour),
    idFloor(fromMs),
    idFloor(minute),
    idFloor(hour),
    new Date(Math.floor(fromMs / hourMs) * hourMs),
  ];
}
