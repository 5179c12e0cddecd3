/** Tables: run. Read-only. How often functions were called lately. */
import { Injectable } from '@nestjs/common';
import type { RecentCalls } from '@app/contracts';
import { idFloor, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';

const DAY_MS = 86_400_000;
/** Nothing is indexed by function: what is looked at is bounded, whatever the environment does. */
const MAX_RUNS = 5_000;
const CALL = 1;

const RECENT = `
  SELECT r.project_id, r.function_name, count(*)::int AS total, count(*) FILTER (WHERE r.status = 3)::int AS failed,
         max(r.start_time) AS last_at
    FROM (SELECT project_id, function_name, run_type, status, start_time FROM hot.run
           WHERE env_id = $1 AND run_id >= $2 ORDER BY run_id DESC LIMIT ${MAX_RUNS}) r
   WHERE r.run_type = ${CALL} AND r.function_name = ANY($3)
   GROUP BY r.project_id, r.function_name`;

interface Row {
  readonly project_id: string;
  readonly function_name: string;
  readonly total: number;
  readonly failed: number;
  readonly last_at: Date;
}

export const NO_CALLS: RecentCalls = { total: 0, failed: 0, last_at: null };

@Injectable()
export class RecentCallQueries {
  constructor(private readonly db: Db) {}

  /** By project and function: `<project id><function>`. Functions that were not called are not in it. */
  async of(
    scope: EnvScope,
    functions: readonly string[],
    nowMs: number,
  ): Promise<ReadonlyMap<string, RecentCalls>> {
    if (functions.length === 0) return new Map();
    const rows = await this.db.query<Row & Record<string, unknown>>(RECENT, [
      scope.envId,
      idFloor(nowMs - DAY_MS),
      functions,
    ]);
    return new Map(
      rows.map((row) => [
        `${row.project_id}${row.function_name}`,
        { total: row.total, failed: row.failed, last_at: row.last_at.toISOString() },
      ]),
    );
  }
}
