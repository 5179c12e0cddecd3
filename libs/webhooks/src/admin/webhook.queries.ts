/** Tables: webhook; project (read). What the app shows of addresses. */
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import type { AuthMode } from '@app/webhooks';

export interface WebhookRecord {
  readonly webhook_id: string;
  readonly project_id: string;
  readonly project_name: string;
  readonly build_id: string;
  readonly service: string;
  readonly path: string;
  readonly method: string;
  readonly ns: string;
  readonly var: string;
  readonly description: string | null;
  readonly auth_mode: AuthMode;
  readonly secret_headers: readonly string[];
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly created_at: Date;
}

const SERVING = `
  SELECT w.webhook_id, w.project_id, p.name AS project_name, w.build_id, w.service, w.path, w.method, w.ns, w.var,
         w.description, w.auth_mode, w.secret_headers, w.file, w.line, w."column", w.created_at
    FROM hot.webhook w JOIN hot.project p ON p.project_id = w.project_id AND p.serving_build_id = w.build_id
   WHERE w.env_id = $1 AND p.deleted_at IS NULL`;
// Byte order, as programs compare names.
const ORDER = `ORDER BY w.service COLLATE "C", w.path COLLATE "C", w.method COLLATE "C", w.webhook_id`;

@Injectable()
export class WebhookQueries {
  constructor(private readonly db: Db) {}

  /** All that serve. */
  list({ envId }: EnvScope): Promise<readonly WebhookRecord[]> {
    return this.db.query<WebhookRecord & Record<string, unknown>>(`${SERVING} ${ORDER}`, [envId]);
  }
}
