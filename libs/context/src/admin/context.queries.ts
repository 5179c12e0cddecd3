/** Tables: context, project, build, user. Read-only; the column of values is not among those read. */
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import type { Declared, SetLevel } from './effective';

/** Far more than anybody sets; a list that is longer would be no list. */
const MAX_ROWS = 20_000;

const PROJECTS = `
  SELECT p.project_id, p.name FROM hot.project p
   WHERE p.env_id = $1 AND p.deleted_at IS NULL ORDER BY lower(p.name), p.project_id`;

const LEVELS = `
  SELECT l.key, l.project, l.description, l.created_at, l.updated_at,
         coalesce(l.updated_by_user_id, l.created_by_user_id) AS user_id, u.name AS user_name
    FROM (
      SELECT c.*, NULL::text AS project FROM hot.context c WHERE c.env_id = $1
      UNION ALL
      SELECT c.*, p.name FROM hot.context c JOIN hot.project p ON p.project_id = c.project_id
       WHERE p.env_id = $1 AND p.deleted_at IS NULL) l
    LEFT JOIN hot."user" u ON u.user_id = coalesce(l.updated_by_user_id, l.created_by_user_id)
   LIMIT ${MAX_ROWS}`;

const DECLARED = `
  SELECT n ->> 'key' AS key, p.name AS project, (n ->> 'required')::boolean AS required,
         (n ->> 'secret')::boolean AS secret, n ->> 'declaredBy' AS declared_by
    FROM hot.project p
    JOIN hot.build b ON b.build_id = p.serving_build_id
   CROSS JOIN LATERAL jsonb_array_elements(coalesce(b.definitions -> 'context', '[]')) n
   WHERE p.env_id = $1 AND p.deleted_at IS NULL
   LIMIT ${MAX_ROWS}`;

export interface ProjectName {
  readonly project_id: string;
  readonly name: string;
}

@Injectable()
export class ContextQueries {
  constructor(private readonly db: Db) {}

  projects({ envId }: EnvScope): Promise<readonly ProjectName[]> {
    return this.db.query<ProjectName & Record<string, unknown>>(PROJECTS, [envId]);
  }

  levels({ envId }: EnvScope): Promise<readonly SetLevel[]> {
    return this.db.query<SetLevel & Record<string, unknown>>(LEVELS, [envId]);
  }

  declared({ envId }: EnvScope): Promise<readonly Declared[]> {
    return this.db.query<Declared & Record<string, unknown>>(DECLARED, [envId]);
  }
}
