/**
 * Tables: event (index only), event_handler, project. Read-only.
 *
 * Which event types there are. An environment has few types and many events, so the index is asked for the next type,
 * then the next, instead of reading it all.
 */
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';

const MAX_TYPES = 500;

export interface HandlerOfType {
  readonly event_type: string;
  readonly ns: string;
  readonly var: string;
  readonly meta: unknown;
  readonly project: string;
}

@Injectable()
export class EventTypeQueries {
  constructor(private readonly db: Db) {}

  /** Types that ever arrived here, at most 500. */
  async seen(scope: EnvScope): Promise<readonly string[]> {
    const rows = await this.db.query<{ event_type: string }>(
      `WITH RECURSIVE t AS (
         (SELECT event_type, 1 AS n FROM hot.event WHERE env_id = $1 ORDER BY event_type LIMIT 1)
         UNION ALL
         SELECT (SELECT e.event_type FROM hot.event e
                  WHERE e.env_id = $1 AND e.event_type > t.event_type ORDER BY e.event_type LIMIT 1), t.n + 1
           FROM t WHERE t.event_type IS NOT NULL AND t.n < ${MAX_TYPES})
       SELECT event_type FROM t WHERE event_type IS NOT NULL`,
      [scope.envId],
    );
    return rows.map((row) => row.event_type);
  }

  /** What the serving builds listen to. */
  handlers(scope: EnvScope): Promise<readonly HandlerOfType[]> {
    return this.db.query<HandlerOfType>(
      `SELECT h.event_type, h.ns, h.var, h.meta, p.name AS project
         FROM hot.project p
         JOIN hot.event_handler h ON h.build_id = p.serving_build_id
        WHERE p.env_id = $1 AND p.deleted_at IS NULL
        ORDER BY h.event_type, p.name, h.ns, h.var
        LIMIT 5000`,
      [scope.envId],
    );
  }
}
