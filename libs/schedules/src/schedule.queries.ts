/** Tables: schedule, build, project. Read model of what a project runs at times. */
import { Injectable } from '@nestjs/common';
import { pageOf, type EnvScope, type Page, type Paging } from '@app/kernel';
import { Db } from '@app/platform/database';

export interface ScheduleView {
  readonly scheduleId: string;
  readonly buildId: string;
  /** As written in code; `@at:` and the instant for what happens once. */
  readonly cron: string;
  readonly ns: string;
  readonly var: string;
}

interface Row {
  readonly schedule_id: string;
  readonly build_id: string;
  readonly cron: string;
  readonly ns: string;
  readonly var: string;
}

// What programs made belongs to no build: it runs on the deployed one.
const LISTED = `
  SELECT s.schedule_id, coalesce(s.build_id, b.build_id) AS build_id, s.ns, s.var,
         CASE WHEN s.cron LIKE '@at:%' THEN s.cron ELSE s.expression END AS cron
    FROM hot.schedule s
    JOIN hot.project p ON p.project_id = s.project_id
    JOIN hot.build b ON b.project_id = p.project_id AND b.deployed
   WHERE p.env_id = $1 AND p.project_id = $2 AND p.deleted_at IS NULL AND s.active`;

// Byte order: names are compared as programs compare them, whatever the database's language.
const PAGE = `
  SELECT * FROM (${LISTED}) l
   ORDER BY cron COLLATE "C", ns COLLATE "C", var COLLATE "C", schedule_id DESC
   LIMIT $3 OFFSET $4`;
const TOTAL = `SELECT count(*) AS total FROM (${LISTED}) l`;

@Injectable()
export class ScheduleQueries {
  constructor(private readonly db: Db) {}

  async active({ envId }: EnvScope, projectId: string, paging: Paging): Promise<Page<ScheduleView>> {
    const [rows, count] = await Promise.all([
      this.db.query<Row & Record<string, unknown>>(PAGE, [envId, projectId, paging.limit, paging.offset]),
      this.db.queryOne<{ total: number }>(TOTAL, [envId, projectId]),
    ]);
    const items = rows.map((row) => ({
      scheduleId: row.schedule_id,
      buildId: row.build_id,
      cron: row.cron,
      ns: row.ns,
      var: row.var,
    }));
    return pageOf(items, count?.total ?? 0, paging);
  }
}
