/**
 * Tables: run_bucket, dispatch, run (cut counters only). Read-only.
 *
 * How many runs there are, by project, type and status, without looking at them: finished ones are counted when they
 * finish, in the minute that they started in (folded to hours later); live ones are few.
 */
import { Injectable } from '@nestjs/common';
import { idFloor, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { counterWidthMs, type TimeRange } from '@app/platform/lists';
import { IS_LIVE_RUN } from './run-record';
import { conjunction, SqlParams } from './sql-params';

/** Runs of tasks have their own list and count nowhere here. */
export const TASK_RUN_TYPE = 7;

export interface RunCell {
  readonly project_id: string | null;
  readonly run_type: number;
  readonly status: number;
  readonly count: number;
}

/** Which cells are wanted. undefined: all. */
export interface CellFilter {
  readonly statusIds?: readonly number[] | undefined;
  readonly typeIds?: readonly number[] | undefined;
  readonly projects?: { readonly ids: readonly string[]; readonly negated: boolean } | undefined;
}

const NO_PROJECT = '00000000-0000-0000-0000-000000000000';

@Injectable()
export class RunCounterQueries {
  constructor(private readonly db: Db) {}

  /** Everything counted in a range, exact. */
  async cells(scope: EnvScope, range: TimeRange): Promise<readonly RunCell[]> {
    const p = new SqlParams();
    const env = p.add(scope.envId);
    const rows = await this.db.query<RunCell>(
      `SELECT project_id, run_type, status, sum(count)::bigint AS count
         FROM (${countedCells(p, env, range)}
               UNION ALL
               SELECT d.project_id, coalesce(d.run_type, 2::smallint), (CASE d.state WHEN 3 THEN 5 ELSE 1 END)::smallint,
                      count(*)
                 FROM hot.dispatch d
                WHERE d.env_id = ${env} AND ${IS_LIVE_RUN} AND ${idBounds(p, 'd.run_id', range)}
                GROUP BY 1, 2, 3) c
        WHERE run_type <> ${TASK_RUN_TYPE}
        GROUP BY 1, 2, 3`,
      p.values,
    );
    return rows.map((row) => (row.project_id === NO_PROJECT ? { ...row, project_id: null } : row));
  }

  /**
   * Where row number `offset` of the newest-first list is: the counter that holds it and how many finished rows are
   * newer than that counter. undefined when there are fewer rows.
   */
  async locate(
    scope: EnvScope,
    range: TimeRange,
    cells: CellFilter,
    offset: number,
  ): Promise<{ readonly endMs: number; readonly before: number } | undefined> {
    const p = new SqlParams();
    const where = bucketConditions(p, scope, range, cells);
    const row = await this.db.queryOne<{ end_ms: number; before: number }>(
      `SELECT extract(epoch FROM bucket_start)::float8 * 1000 + CASE granularity WHEN 2 THEN 3600000 ELSE 60000 END
                AS end_ms,
              (running - count)::bigint AS before
         FROM (SELECT bucket_start, granularity, count,
                      sum(count) OVER (ORDER BY bucket_start DESC, granularity) AS running
                 FROM (SELECT bucket_start, granularity, sum(count) AS count
                         FROM hot.run_bucket WHERE ${where} GROUP BY 1, 2) b) w
        WHERE running > ${p.add(offset)}
        ORDER BY bucket_start DESC, granularity
        LIMIT 1`,
      p.values,
    );
    return row === undefined ? undefined : { endMs: row.end_ms, before: row.before };
  }

  /**
   * The counters that hold the newest `wanted` rows of rare kinds, newest first: a list of ten runs in a million looks
   * into ten minutes instead of at a million runs.
   */
  async windows(
    scope: EnvScope,
    range: TimeRange,
    cells: CellFilter,
    wanted: number,
    beforeMs: number | null,
  ): Promise<readonly { readonly fromMs: number; readonly toMs: number }[]> {
    const p = new SqlParams();
    const where = bucketConditions(p, scope, range, cells);
    const newest = (granularity: number): string => `
      (SELECT bucket_start, granularity, sum(count) AS count
         FROM hot.run_bucket
        WHERE ${where} AND granularity = ${granularity}
          ${beforeMs === null ? '' : `AND bucket_start <= ${p.add(new Date(beforeMs))}`}
        GROUP BY 1, 2 ORDER BY bucket_start DESC LIMIT ${wanted})`;
    const rows = await this.db.query<{ from_ms: number; granularity: number; count: number }>(
      `SELECT extract(epoch FROM bucket_start)::float8 * 1000 AS from_ms, granularity, count::bigint AS count
         FROM (${newest(1)} UNION ALL ${newest(2)}) b
        ORDER BY bucket_start DESC LIMIT ${wanted}`,
      p.values,
    );
    const found: { fromMs: number; toMs: number }[] = [];
    let rowsFound = 0;
    for (const { from_ms, granularity, count } of rows) {
      if (rowsFound >= wanted) break;
      found.push({ fromMs: from_ms, toMs: from_ms + (granularity === 2 ? 3_600_000 : 60_000) });
      rowsFound += count;
    }
    return found;
  }
}

export function idBounds(p: SqlParams, column: string, range: TimeRange): string {
  return conjunction([
    range.fromMs === null ? undefined : `${column} >= ${p.add(idFloor(range.fromMs))}::uuid`,
    // A relative range ends now: a bound there would hide what a worker with a faster clock has just begun.
    range.relative ? undefined : `${column} < ${p.add(idFloor(range.toMs))}::uuid`,
  ]);
}

/** Cells of finished runs. Counters that the range cuts are replaced by counting their rows inside it. */
function countedCells(p: SqlParams, env: string, range: TimeRange): string {
  if (range.fromMs === null && range.relative) {
    return `SELECT project_id, run_type, status, sum(count) AS count FROM hot.run_bucket
             WHERE env_id = ${env} AND granularity = 0 GROUP BY 1, 2, 3`;
  }
  const { whole, cuts } = splitRange(range);
  const counted = `SELECT project_id, run_type, status, sum(count) AS count FROM hot.run_bucket
    WHERE env_id = ${env} AND granularity = ANY ('{1,2}'::smallint[])
      AND ${timeBounds(p, whole)}
    GROUP BY 1, 2, 3`;
  const cut = cuts.map(
    ({ fromMs, toMs }) => `SELECT r.project_id, r.run_type, r.status, count(*) FROM hot.run r
    WHERE r.env_id = ${env} AND r.run_id >= ${p.add(idFloor(fromMs))}::uuid AND r.run_id < ${p.add(idFloor(toMs))}::uuid
    GROUP BY 1, 2, 3`,
  );
  return [counted, ...cut].join(' UNION ALL ');
}

interface Span {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** The whole counters inside a range, and the pieces of counters at its ends. */
export function splitRange(range: TimeRange): {
  readonly whole: Span;
  readonly cuts: readonly { readonly fromMs: number; readonly toMs: number }[];
} {
  const cuts: { fromMs: number; toMs: number }[] = [];
  let { fromMs } = range;
  let toMs: number | null = range.relative ? null : range.toMs;
  if (fromMs !== null) {
    const width = counterWidthMs(fromMs, range.nowMs);
    const next = Math.ceil(fromMs / width) * width;
    if (next !== fromMs) cuts.push({ fromMs, toMs: toMs === null ? next : Math.min(next, toMs) });
    fromMs = next;
  }
  if (toMs !== null && toMs < range.nowMs) {
    const width = counterWidthMs(toMs, range.nowMs);
    const last = Math.floor(toMs / width) * width;
    if (last !== toMs && (fromMs === null || last >= fromMs)) cuts.push({ fromMs: last, toMs });
    toMs = fromMs === null ? last : Math.max(last, fromMs);
  }
  return { whole: { fromMs, toMs }, cuts };
}

function timeBounds(p: SqlParams, span: Span): string {
  return conjunction([
    span.fromMs === null ? undefined : `bucket_start >= ${p.add(new Date(span.fromMs))}`,
    span.toMs === null ? undefined : `bucket_start < ${p.add(new Date(span.toMs))}`,
  ]);
}

function bucketConditions(p: SqlParams, scope: EnvScope, range: TimeRange, cells: CellFilter): string {
  const width = range.fromMs === null ? 0 : counterWidthMs(range.fromMs, range.nowMs);
  const from = range.fromMs === null ? null : Math.floor(range.fromMs / width) * width;
  return conjunction([
    `env_id = ${p.add(scope.envId)} AND granularity = ANY ('{1,2}'::smallint[])`,
    timeBounds(p, { fromMs: from, toMs: range.relative ? null : range.toMs }),
    cells.statusIds === undefined ? undefined : `status = ANY (${p.add(cells.statusIds)}::smallint[])`,
    cells.typeIds === undefined
      ? `run_type <> ${TASK_RUN_TYPE}`
      : `run_type = ANY (${p.add(cells.typeIds)}::smallint[])`,
    cells.projects === undefined
      ? undefined
      : `${cells.projects.negated ? 'NOT ' : ''}project_id = ANY (${p.add(cells.projects.ids)}::uuid[])`,
  ]);
}
