/** Tables: org_user, org, env, dispatch, run, event, stream, build, project. Read-only. */
import { Injectable } from '@nestjs/common';
import type { Resolved } from '@app/contracts';
import { Db } from '@app/platform/database';

/** One id, or all that begin alike. */
export interface IdRange {
  readonly from: string;
  readonly to: string;
}

@Injectable()
export class ResolveQueries {
  constructor(private readonly db: Db) {}

  /** What the id belongs to, among everything that the user may see; the newest when its beginning fits several. */
  find(userId: string, ids: IdRange): Promise<Resolved | undefined> {
    const within = (kind: string, table: string, column: string, rank: number): string => `
      (SELECT '${kind}' AS kind, x.${column} AS id, m.org, m.env, NULL::text AS project, ${rank} AS rank
         FROM mine m
         CROSS JOIN LATERAL (SELECT t.${column} FROM hot.${table} t
           WHERE t.env_id = m.env_id AND t.${column} BETWEEN $2 AND $3 ORDER BY t.${column} DESC LIMIT 1) x)`;
    return this.db.queryOne<Resolved>(
      `WITH mine AS MATERIALIZED (
         SELECT e.env_id, o.slug AS org, e.name AS env
           FROM hot.org_user u
           JOIN hot.org o ON o.org_id = u.org_id AND o.active
           JOIN hot.env e ON e.org_id = o.org_id AND e.active
          WHERE u.user_id = $1)
       SELECT kind, id, org, env, project FROM (
         ${within('run', 'run', 'run_id', 1)}
         UNION ALL ${within('run', 'dispatch', 'run_id', 1)}
         UNION ALL ${within('event', 'event', 'event_id', 2)}
         UNION ALL ${within('stream', 'stream', 'stream_id', 3)}
         UNION ALL
         (SELECT 'build', b.build_id, m.org, m.env, p.name, 4
            FROM mine m
            JOIN hot.project p ON p.env_id = m.env_id AND p.deleted_at IS NULL
            JOIN hot.build b ON b.project_id = p.project_id AND b.build_id BETWEEN $2 AND $3
           LIMIT 1)) found
        ORDER BY rank, id DESC LIMIT 1`,
      [userId, ids.from, ids.to],
    );
  }
}
