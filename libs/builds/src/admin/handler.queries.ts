/** Tables: event_handler, project, event, run, dispatch. Read-only. What serving builds listen to, and what came of it last. */
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { escapeLike } from '@app/platform/lists';

export interface ServingHandler {
  readonly event_handler_id: string;
  readonly event_type: string;
  readonly ns: string;
  readonly var: string;
  readonly meta: unknown;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly project: string;
  readonly build_id: string;
  readonly last_event_id: string | null;
  readonly last_event_time: Date | null;
  readonly run_id: string | null;
  readonly status: number | null;
}

const HANDLERS = `
    FROM hot.project p JOIN hot.event_handler h ON h.build_id = p.serving_build_id
   WHERE p.env_id = $1 AND p.deleted_at IS NULL
     AND (h.event_type || ' ' || h.ns || '/' || h.var || ' ' || coalesce(h.meta ->> 'agent', '')) ILIKE $2`;
const OF_PROJECT = `AND ($3::text IS NULL OR p.name = $3)`;

// The page first: what happened last is looked up for its rows only. A run is never older than its event.
const PAGE = `
  SELECT h.*, e.event_id AS last_event_id, e.event_time AS last_event_time, r.run_id, r.status
    FROM (SELECT h.event_handler_id, h.event_type, h.ns, h.var, h.meta, h.file, h.line, h."column", h.build_id,
                 p.name AS project, p.project_id
            ${HANDLERS} ${OF_PROJECT}
           ORDER BY h.event_type COLLATE "C", p.name COLLATE "C", h.ns COLLATE "C", h.var COLLATE "C"
           LIMIT $4 OFFSET $5) h
    LEFT JOIN LATERAL (
      SELECT v.event_id, v.event_time FROM hot.event v WHERE v.env_id = $1 AND v.event_type = h.event_type
       ORDER BY v.event_id DESC LIMIT 1) e ON true
    LEFT JOIN LATERAL (
      SELECT r.run_id, r.status::int AS status FROM hot.run r
       WHERE r.event_id = e.event_id AND r.env_id = $1 AND r.run_id >= e.event_id AND r.project_id = h.project_id
         AND r.function_name = h.ns || '/' || h.var
      UNION ALL
      SELECT d.run_id, CASE d.state WHEN 3 THEN 5 ELSE 1 END FROM hot.dispatch d
       WHERE d.event_id = e.event_id AND d.env_id = $1 AND d.project_id = h.project_id AND d.kind = 2
         AND d.run_id IS NOT NULL AND d.state IN (2, 3) AND d.function_name = h.ns || '/' || h.var
       ORDER BY run_id DESC LIMIT 1) r ON true
   ORDER BY h.event_type COLLATE "C", h.project COLLATE "C", h.ns COLLATE "C", h.var COLLATE "C"`;

const BY_PROJECT = `SELECT p.name AS value, count(*)::int AS count ${HANDLERS} GROUP BY 1 ORDER BY 1`;

@Injectable()
export class HandlerQueries {
  constructor(private readonly db: Db) {}

  async list(
    { envId }: EnvScope,
    filter: { readonly q: string | undefined; readonly project: string | undefined },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<{
    readonly rows: readonly ServingHandler[];
    readonly byProject: readonly { readonly value: string; readonly count: number }[];
  }> {
    const values = [envId, `%${escapeLike(filter.q?.trim() ?? '')}%`];
    const [rows, byProject] = await Promise.all([
      this.db.query<ServingHandler & Record<string, unknown>>(PAGE, [
        ...values,
        filter.project ?? null,
        page.limit,
        page.offset,
      ]),
      this.db.query<{ value: string; count: number }>(BY_PROJECT, values),
    ]);
    return { rows, byProject };
  }
}
