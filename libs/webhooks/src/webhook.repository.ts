/** Tables: webhook; project, env, build (read). */
import { splitQualifiedName, type Activation, type FunctionDefinition } from '@app/builds';
import { newId, type EnvScope } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

export type AuthMode = 'none' | 'required';

/** As the compiler found it. */
export interface WebhookDefinition extends FunctionDefinition {
  readonly service: string;
  readonly path: string;
  readonly method: string;
  readonly name: string;
  readonly description?: string;
  readonly auth_mode: AuthMode;
  readonly secret_headers?: readonly string[];
}

/** What a request at an address leads to. */
export interface ServingWebhook {
  readonly webhookId: string;
  readonly projectId: string;
  readonly buildId: string;
  readonly service: string;
  readonly path: string;
  readonly method: string;
  /** Qualified name. */
  readonly fn: string;
  readonly isPublic: boolean;
  /** Lower case. */
  readonly secretHeaders: readonly string[];
  readonly buildByUserId: string;
}

interface ServingRow {
  readonly webhook_id: string;
  readonly project_id: string;
  readonly build_id: string;
  readonly service: string;
  readonly path: string;
  readonly method: string;
  readonly ns: string;
  readonly var: string;
  readonly auth_mode: AuthMode;
  readonly secret_headers: readonly string[];
  readonly created_by_user_id: string;
}

// An address that was there before keeps its row: what a provider has been given goes on working. One that is not
// declared any more stays without a build, so that it is the same again if it comes back.
const DECLARE = `
  WITH want AS (
    SELECT * FROM jsonb_to_recordset($4) AS w(id uuid, service text, path text, method text, ns text, var text,
      name text, description text, auth_mode text, secret_headers text[], meta jsonb, file text, line int, col int,
      position int)),
  kept AS (
    INSERT INTO hot.webhook AS h (webhook_id, env_id, project_id, build_id, service, path, method, ns, var, name,
      description, auth_mode, secret_headers, meta, file, line, "column", position)
    SELECT w.id, $1, $2, $3, w.service, w.path, w.method, w.ns, w.var, w.name, w.description, w.auth_mode,
      w.secret_headers, w.meta, w.file, w.line, w.col, w.position
      FROM want w
    ON CONFLICT (project_id, service, path, method) DO UPDATE SET
      build_id = excluded.build_id, ns = excluded.ns, var = excluded.var, name = excluded.name,
      description = excluded.description, auth_mode = excluded.auth_mode, secret_headers = excluded.secret_headers,
      meta = excluded.meta, file = excluded.file, line = excluded.line, "column" = excluded."column",
      position = excluded.position, updated_at = now()
    RETURNING h.webhook_id)
  UPDATE hot.webhook h SET build_id = NULL, updated_at = now()
   WHERE h.project_id = $2 AND h.build_id IS NOT NULL AND h.webhook_id NOT IN (SELECT webhook_id FROM kept)`;

const RENEW = `UPDATE hot.webhook SET webhook_id = $3, updated_at = now() WHERE env_id = $1 AND webhook_id = $2`;
const BUMP_REVISION = `UPDATE hot.env SET runtime_revision = runtime_revision + 1 WHERE env_id = $1`;

const REVISION = statement('webhook_revision', `SELECT runtime_revision FROM hot.env WHERE env_id = $1`);
const SERVING = statement(
  'webhook_serving',
  `SELECT w.webhook_id, w.project_id, w.build_id, w.service, w.path, w.method, w.ns, w.var, w.auth_mode,
          w.secret_headers, b.created_by_user_id
     FROM hot.webhook w
     JOIN hot.project p ON p.project_id = w.project_id AND p.serving_build_id = w.build_id
     JOIN hot.build b ON b.build_id = w.build_id
    WHERE w.env_id = $1 AND p.deleted_at IS NULL AND NOT hot.is_held(w.project_id, w.ns || '/' || w.var)
    ORDER BY b.runtime_ready_at DESC NULLS LAST, w.webhook_id`,
);

@Injectable()
export class WebhookRepository {
  constructor(private readonly db: Db) {}

  /** Makes these the addresses of the project. */
  async declare(
    { envId, projectId, buildId }: Pick<Activation, 'envId' | 'projectId' | 'buildId'>,
    definitions: readonly WebhookDefinition[],
  ): Promise<void> {
    const rows = definitions.map((one) => ({
      id: newId(),
      ...splitQualifiedName(one.fn),
      service: one.service,
      path: one.path,
      method: one.method,
      name: one.name,
      description: one.description ?? null,
      auth_mode: one.auth_mode,
      secret_headers: one.secret_headers ?? [],
      meta: one.meta,
      file: one.file ?? null,
      line: one.line ?? null,
      col: one.column ?? null,
      position: one.position ?? null,
    }));
    await this.db.execute(DECLARE, [envId, projectId, buildId, JSON.stringify(rows)]);
  }

  /** Gives the address another secret end: answers its new id, null when there is no such address. */
  renew({ envId }: EnvScope, webhookId: string): Promise<string | null> {
    return this.db.tx(async () => {
      const id = newId();
      if ((await this.db.execute(RENEW, [envId, webhookId, id])) === 0) return null;
      // What others remember of the environment is not true any more.
      await this.db.execute(BUMP_REVISION, [envId]);
      return id;
    });
  }

  async revision(envId: string): Promise<number | undefined> {
    return (await this.db.queryOne<{ runtime_revision: number }>(REVISION, [envId]))?.runtime_revision;
  }

  /** Of all projects of the environment, the build that became ready last first. */
  async serving(envId: string): Promise<readonly ServingWebhook[]> {
    const rows = await this.db.query<ServingRow & Record<string, unknown>>(SERVING, [envId]);
    return rows.map((row) => ({
      webhookId: row.webhook_id,
      projectId: row.project_id,
      buildId: row.build_id,
      service: row.service,
      path: row.path,
      method: row.method,
      fn: `${row.ns}/${row.var}`,
      isPublic: row.auth_mode === 'none',
      secretHeaders: row.secret_headers,
      buildByUserId: row.created_by_user_id,
    }));
  }
}
