/** Tables: event_handler, build, project. Read model of what a project's deployed build listens to. */
import { Injectable } from '@nestjs/common';
import { pageOf, type EnvScope, type Page, type Paging } from '@app/kernel';
import { Db } from '@app/platform/database';

export interface EventHandlerView {
  readonly eventHandlerId: string;
  readonly buildId: string;
  readonly eventType: string;
  readonly ns: string;
  readonly var: string;
}

interface Row {
  readonly event_handler_id: string;
  readonly build_id: string;
  readonly event_type: string;
  readonly ns: string;
  readonly var: string;
}

const FROM = `
  FROM hot.event_handler h
  JOIN hot.build b ON b.build_id = h.build_id AND b.deployed
  JOIN hot.project p ON p.project_id = b.project_id
 WHERE p.env_id = $1 AND p.project_id = $2 AND p.deleted_at IS NULL`;

// Byte order: names are compared as programs compare them, whatever the database's language.
const PAGE = `
  SELECT h.event_handler_id, h.build_id, h.event_type, h.ns, h.var ${FROM}
   ORDER BY h.event_type COLLATE "C", h.ns COLLATE "C", h.var COLLATE "C", h.event_handler_id DESC
   LIMIT $3 OFFSET $4`;
const TOTAL = `SELECT count(*) AS total ${FROM}`;

@Injectable()
export class EventHandlerQueries {
  constructor(private readonly db: Db) {}

  async deployed({ envId }: EnvScope, projectId: string, paging: Paging): Promise<Page<EventHandlerView>> {
    const [rows, count] = await Promise.all([
      this.db.query<Row & Record<string, unknown>>(PAGE, [envId, projectId, paging.limit, paging.offset]),
      this.db.queryOne<{ total: number }>(TOTAL, [envId, projectId]),
    ]);
    const items = rows.map((row) => ({
      eventHandlerId: row.event_handler_id,
      buildId: row.build_id,
      eventType: row.event_type,
      ns: row.ns,
      var: row.var,
    }));
    return pageOf(items, count?.total ?? 0, paging);
  }
}
