/** Tables: mcp_tool; project, env, build (read). */
import { splitQualifiedName, type Activation, type FunctionDefinition } from '@app/builds';
import { newId } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

export type ToolAuth = 'none' | 'required';

/** As the compiler found it. */
export interface ToolDefinition extends FunctionDefinition {
  readonly service: string;
  readonly name: string;
  readonly auth_mode: ToolAuth;
  readonly title?: string;
  readonly description?: string;
  readonly input_schema: object;
  readonly output_schema?: object;
  readonly icons?: unknown;
  readonly annotations?: object;
  readonly params?: readonly string[];
  readonly secret_headers?: readonly string[];
}

export interface ServingTool {
  readonly service: string;
  readonly name: string;
  /** Qualified name. */
  readonly fn: string;
  readonly buildId: string;
  readonly projectId: string;
  readonly isPublic: boolean;
  readonly title: string | null;
  readonly description: string | null;
  /** JSON texts, in the order in which they were written. */
  readonly inputSchema: string;
  readonly outputSchema: string | null;
  readonly icons: string | null;
  readonly annotations: string | null;
  /** Names of the function's parameters in order. */
  readonly params: readonly string[];
  readonly secretHeaders: readonly string[];
  readonly buildByUserId: string;
}

interface ServingRow {
  readonly service: string;
  readonly name: string;
  readonly ns: string;
  readonly var: string;
  readonly build_id: string;
  readonly project_id: string;
  readonly auth_mode: ToolAuth;
  readonly title: string | null;
  readonly description: string | null;
  readonly input_schema: string;
  readonly output_schema: string | null;
  readonly icons: string | null;
  readonly annotations: string | null;
  readonly params: readonly string[];
  readonly secret_headers: readonly string[];
  readonly created_by_user_id: string;
}

// Tools of one build never change. A build that serves again may have been read from the database, which does not keep
// the order of properties: what was written first stays.
const DECLARE = `
  INSERT INTO hot.mcp_tool (mcp_tool_id, build_id, service, name, ns, var, title, description, auth_mode, input_schema,
    output_schema, icons, annotations, params, secret_headers, meta, file, line, "column", position)
  SELECT t.id, $1, t.service, t.name, t.ns, t.var, t.title, t.description, t.auth_mode, t.input_schema, t.output_schema,
    t.icons, t.annotations, t.params, t.secret_headers, t.meta, t.file, t.line, t.col, t.position
    FROM jsonb_to_recordset($2) AS t(id uuid, service text, name text, ns text, var text, title text, description text,
      auth_mode text, input_schema text, output_schema text, icons text, annotations text, params text[],
      secret_headers text[], meta jsonb, file text, line int, col int, position int)
  ON CONFLICT (build_id, service, name) DO NOTHING`;

const REVISION = statement('mcp_revision', `SELECT runtime_revision FROM hot.env WHERE env_id = $1`);
const SERVING = statement(
  'mcp_serving',
  `SELECT t.service, t.name, t.ns, t.var, t.build_id, p.project_id, t.auth_mode, t.title, t.description,
          t.input_schema, t.output_schema, t.icons, t.annotations, t.params, t.secret_headers, b.created_by_user_id
     FROM hot.project p
     JOIN hot.build b ON b.build_id = p.serving_build_id
     JOIN hot.mcp_tool t ON t.build_id = p.serving_build_id
    WHERE p.env_id = $1 AND p.deleted_at IS NULL AND NOT hot.is_held(p.project_id, t.ns || '/' || t.var)
    ORDER BY b.runtime_ready_at DESC NULLS LAST, t.mcp_tool_id`,
);

@Injectable()
export class ToolRepository {
  constructor(private readonly db: Db) {}

  async declare(
    { buildId }: Pick<Activation, 'buildId'>,
    definitions: readonly ToolDefinition[],
  ): Promise<void> {
    if (definitions.length === 0) return;
    const rows = definitions.map((one) => ({
      id: newId(),
      ...splitQualifiedName(one.fn),
      service: one.service,
      name: one.name,
      title: one.title ?? null,
      description: one.description ?? null,
      auth_mode: one.auth_mode,
      input_schema: JSON.stringify(one.input_schema),
      output_schema: jsonOrNull(one.output_schema),
      icons: jsonOrNull(one.icons),
      annotations: jsonOrNull(one.annotations),
      params: one.params ?? [],
      secret_headers: one.secret_headers ?? [],
      meta: one.meta,
      file: one.file ?? null,
      line: one.line ?? null,
      col: one.column ?? null,
      position: one.position ?? null,
    }));
    await this.db.execute(DECLARE, [buildId, JSON.stringify(rows)]);
  }

  async revision(envId: string): Promise<number | undefined> {
    return (await this.db.queryOne<{ runtime_revision: number }>(REVISION, [envId]))?.runtime_revision;
  }

  /** Of all projects of the environment, the build that became ready last first. */
  async serving(envId: string): Promise<readonly ServingTool[]> {
    const rows = await this.db.query<ServingRow & Record<string, unknown>>(SERVING, [envId]);
    return rows.map((row) => ({
      service: row.service,
      name: row.name,
      fn: `${row.ns}/${row.var}`,
      buildId: row.build_id,
      projectId: row.project_id,
      isPublic: row.auth_mode === 'none',
      title: row.title,
      description: row.description,
      inputSchema: row.input_schema,
      outputSchema: row.output_schema,
      icons: row.icons,
      annotations: row.annotations,
      params: row.params,
      secretHeaders: row.secret_headers,
      buildByUserId: row.created_by_user_id,
    }));
  }
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
