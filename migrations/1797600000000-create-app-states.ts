import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Projects and agents as operators see them: apps that are started and stopped. A row tells what somebody or the build's
 * configuration decided; no row: enabled, and nobody stopped it. The state that is shown is derived from it.
 */
export class CreateAppStates1797600000000 implements MigrationInterface {
  name = 'CreateAppStates1797600000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE hot.app_state (
        project_id uuid NOT NULL REFERENCES hot.project ON DELETE CASCADE,
        -- \`::ns/Type\` of an agent; null: the project itself
        type_name text,
        stopped_at timestamptz,
        stopped_by uuid,
        -- as the build that was loaded last is configured
        enabled boolean NOT NULL DEFAULT true,
        -- what a person decided instead
        enabled_override boolean,
        -- started although it is disabled, in that life of the platform
        session_started_boot_id uuid,
        -- loads that failed, in a row, since somebody asked for one
        load_failures smallint NOT NULL DEFAULT 0,
        -- a reload waits for what runs, until then at the latest
        drain_until timestamptz,
        -- what was asked for last
        operation_id uuid,
        operation text CHECK (operation IN ('start', 'stop', 'reload')),
        operation_reason text,
        operated_by uuid,
        operated_at timestamptz,
        CONSTRAINT app_state_key UNIQUE NULLS NOT DISTINCT (project_id, type_name)
      )`);
    // One row: the platform's life, which begins with the first worker while no other lives.
    await q.query(`
      CREATE TABLE hot.platform_boot (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        boot_id uuid NOT NULL,
        booted_at timestamptz NOT NULL DEFAULT now()
      )`);
    await q.query(`INSERT INTO hot.platform_boot (boot_id) VALUES (gen_random_uuid())`);
    await q.query(`ALTER TABLE hot.project ADD COLUMN last_served_build_id uuid`);
    await q.query(`UPDATE hot.project SET last_served_build_id = serving_build_id`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE hot.project DROP COLUMN last_served_build_id`);
    await q.query(`DROP TABLE hot.platform_boot, hot.app_state`);
  }
}
