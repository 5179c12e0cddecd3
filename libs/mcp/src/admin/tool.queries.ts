/** Tables: mcp_tool, project (read). What the app shows of tools. */
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import type { ToolAuth } from '@app/mcp';

export interface ToolRecord {
  readonly service: string;
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly ns: string;
  readonly var: string;
  readonly auth_mode: ToolAuth;
  readonly input_schema: string;
  readonly output_schema: string | null;
  readonly annotations: string | null;
  readonly params: readonly string[];
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly project_id: string;
  readonly project_name: string;
  readonly build_id: string;
}

// Of two of one name that of the build that became ready last is the one that is called.
const SERVING = `
  SELECT DISTINCT ON (t.service COLLATE "C", t.name COLLATE "C")
         t.service, t.name, t.title, t.description, t.ns, t.var, t.auth_mode, t.input_schema, t.output_schema,
         t.annotations, t.params, t.file, t.line, t."column", p.project_id, p.name AS project_name, t.build_id
    FROM hot.project p
    JOIN hot.build b ON b.build_id = p.serving_build_id
    JOIN hot.mcp_tool t ON t.build_id = p.serving_build_id
   WHERE p.env_id = $1 AND p.deleted_at IS NULL`;
const ORDER = `ORDER BY t.service COLLATE "C", t.name COLLATE "C", b.runtime_ready_at DESC NULLS LAST, t.mcp_tool_id`;

@Injectable()
export class ToolQueries {
  constructor(private readonly db: Db) {}

  /** All that serve. */
  list({ envId }: EnvScope): Promise<readonly ToolRecord[]> {
    return this.db.query<ToolRecord & Record<string, unknown>>(`${SERVING} ${ORDER}`, [envId]);
  }

  find({ envId }: EnvScope, service: string, name: string): Promise<ToolRecord | undefined> {
    return this.db.queryOne<ToolRecord & Record<string, unknown>>(
      `${SERVING} AND t.service = $2 AND t.name = $3 ${ORDER}`,
      [envId, service, name],
    );
  }
}
