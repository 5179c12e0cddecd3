/** Tables: platform_boot, app_state, project, build, env; worker_lease, org (read). Of all tenants: what is due when a worker starts. */
import { MAX_RECOVERIES } from '@app/apps';
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

export interface Serving extends Record<string, unknown> {
  readonly env_id: string;
  readonly project_id: string;
  readonly build_id: string;
}

export interface LiveWorker extends Record<string, unknown> {
  readonly host: string;
  readonly pid: number;
}

const LOCK = `SELECT pg_advisory_xact_lock(7226010455)`;
const LIVE_WORKERS = `SELECT host, pid FROM hot.worker_lease WHERE expires_at > now()`;
const NEW_LIFE = `UPDATE hot.platform_boot SET boot_id = gen_random_uuid(), booted_at = now()`;

// Disabled again, and what would not serve by its configuration does not.
const END_SESSIONS = `
  WITH ended AS (
    UPDATE hot.app_state SET session_started_boot_id = NULL
     WHERE session_started_boot_id <> (SELECT boot_id FROM hot.platform_boot)
    RETURNING project_id, coalesce(enabled_override, enabled) AS enabled),
  silent AS (
    UPDATE hot.project p SET serving_build_id = NULL FROM ended
     WHERE p.project_id = ended.project_id AND p.serving_build_id IS NOT NULL AND NOT (p.active AND ended.enabled)
    RETURNING p.env_id)
  UPDATE hot.env SET runtime_revision = runtime_revision + 1 WHERE env_id IN (SELECT env_id FROM silent)`;

// What was asked for last and failed, where nothing serves in its place. The sweep gives it to a worker.
const RECOVER = `
  UPDATE hot.build b SET deployed = true, runtime_status = 'pending', runtime_error = NULL, loading_incarnation = NULL,
         load_attempts = 0, updated_at = now()
    FROM hot.project p
    JOIN hot.env e ON e.env_id = p.env_id AND e.active
    LEFT JOIN hot.app_state s ON s.project_id = p.project_id AND s.type_name IS NULL
   WHERE b.project_id = p.project_id AND b.runtime_status = 'failed' AND b.deployment_sequence > 0
     AND b.deployment_sequence = p.deployment_sequence
     AND p.active AND p.deleted_at IS NULL AND p.serving_build_id IS NULL
     AND s.stopped_at IS NULL AND coalesce(s.enabled_override, s.enabled, true)
     AND coalesce(s.load_failures, 0) <= ${MAX_RECOVERIES}
     AND NOT EXISTS (SELECT 1 FROM hot.build d WHERE d.project_id = p.project_id AND d.deployed)`;

const TO_INITIALIZE = `
  SELECT p.env_id, p.project_id, b.build_id FROM hot.project p JOIN hot.build b ON b.build_id = p.serving_build_id
   WHERE p.deleted_at IS NULL AND b.deployed AND b.runtime_status = 'ready'
     AND jsonb_array_length(coalesce(b.definitions -> 'initializers', '[]')) > 0
   ORDER BY p.project_id`;

const RETENTION_CLASS = `SELECT retention_class::int AS retention_class FROM hot.org WHERE org_id = $1`;

@Injectable()
export class BootRepository {
  constructor(private readonly db: Db) {}

  /** One worker at a time, until the end of the transaction. */
  async lock(): Promise<void> {
    await this.db.execute(LOCK);
  }

  liveWorkers(): Promise<readonly LiveWorker[]> {
    return this.db.query<LiveWorker>(LIVE_WORKERS);
  }

  async beginLife(): Promise<void> {
    await this.db.execute(NEW_LIFE);
    await this.db.execute(END_SESSIONS);
  }

  /** What serves and has functions that run whenever it is loaded. */
  toInitialize(): Promise<readonly Serving[]> {
    return this.db.query<Serving>(TO_INITIALIZE);
  }

  async retentionClass(orgId: string): Promise<number> {
    const row = await this.db.queryOne<{ retention_class: number }>(RETENTION_CLASS, [orgId]);
    return row?.retention_class ?? -1;
  }

  /** How many builds are tried again. */
  recover(): Promise<number> {
    return this.db.execute(RECOVER);
  }
}
