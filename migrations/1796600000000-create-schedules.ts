import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What happens at times. A schedule is declared by the build that serves (kind 1) or made by a running program (kind 2).
 * Its row says when it is due next; whoever fires it locks the row. What stops a project or an environment pauses or ends
 * its schedules in the same transaction, whoever does it.
 */
export class CreateSchedules1796600000000 implements MigrationInterface {
  name = 'CreateSchedules1796600000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE hot.schedule (
        schedule_id uuid PRIMARY KEY,
        env_id uuid NOT NULL REFERENCES hot.env ON DELETE CASCADE,
        project_id uuid NOT NULL REFERENCES hot.project ON DELETE CASCADE,
        -- the build that declares it; null for what a program has made
        build_id uuid,
        kind smallint NOT NULL CHECK (kind IN (1, 2)),
        -- seven fields, or @at: and an instant
        cron text NOT NULL,
        -- as its author wrote it
        expression text NOT NULL,
        timezone text NOT NULL DEFAULT 'UTC',
        ns text NOT NULL,
        var text NOT NULL,
        -- JSON text of a list; null for declared ones
        args text,
        -- a name given by whoever made it: another one of that name replaces it
        client_key text,
        meta jsonb NOT NULL DEFAULT '{}',
        file text,
        line integer,
        "column" integer,
        position integer,
        active boolean NOT NULL DEFAULT true,
        -- its project or environment is stopped
        paused boolean NOT NULL DEFAULT false,
        next_fire_at timestamptz,
        last_fired_at timestamptz,
        last_event_id uuid,
        deactivated_at timestamptz,
        created_by_user_id uuid,
        created_by_run_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT schedule_due_check CHECK (NOT active OR next_fire_at IS NOT NULL)
      ) WITH (fillfactor = 70)`);
    await q.query(`CREATE INDEX schedule_due_idx ON hot.schedule (next_fire_at) WHERE active AND NOT paused`);
    await q.query(
      `CREATE UNIQUE INDEX schedule_declared_key ON hot.schedule (project_id, ns, var, cron, timezone) WHERE kind = 1`,
    );
    await q.query(`CREATE INDEX schedule_project_idx ON hot.schedule (project_id) WHERE active`);
    await q.query(
      `CREATE INDEX schedule_client_key_idx ON hot.schedule (project_id, client_key) WHERE client_key IS NOT NULL`,
    );
    await q.query(`CREATE INDEX schedule_env_idx ON hot.schedule (env_id)`);
    await q.query(`CREATE INDEX schedule_ended_idx ON hot.schedule (deactivated_at) WHERE NOT active`);

    // One row per occurrence: its key is what makes an occurrence happen once. skipped_count: that many, beginning with
    // this one, did not happen.
    await q.query(`
      CREATE TABLE hot.schedule_log (
        schedule_id uuid NOT NULL REFERENCES hot.schedule ON DELETE CASCADE,
        scheduled_time timestamptz NOT NULL,
        event_id uuid,
        executed_at timestamptz NOT NULL,
        is_backfill boolean NOT NULL DEFAULT false,
        skipped_count integer NOT NULL DEFAULT 0,
        PRIMARY KEY (schedule_id, scheduled_time)
      )`);
    await q.query(`CREATE INDEX schedule_log_age_idx ON hot.schedule_log USING brin (executed_at)`);

    // One row: when any scheduler looked last.
    await q.query(`
      CREATE TABLE hot.scheduler_state (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        last_successful_sync_time timestamptz NOT NULL
      )`);

    await q.query(`
      CREATE FUNCTION hot.stop_schedules_of_project() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE hot.schedule SET active = false, deactivated_at = now()
         WHERE project_id = NEW.project_id AND active AND (kind = 1 OR NEW.deleted_at IS NOT NULL);
        UPDATE hot.schedule SET paused = true
         WHERE project_id = NEW.project_id AND active AND NOT paused;
        RETURN NULL;
      END $$`);
    await q.query(`
      CREATE TRIGGER project_schedules_stopped AFTER UPDATE ON hot.project FOR EACH ROW
      WHEN (NEW.serving_build_id IS NULL AND (OLD.serving_build_id IS NOT NULL OR OLD.deleted_at IS DISTINCT FROM NEW.deleted_at))
      EXECUTE FUNCTION hot.stop_schedules_of_project()`);
    await q.query(`
      CREATE FUNCTION hot.pause_schedules_of_env() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE hot.schedule s SET paused = NOT NEW.active OR p.serving_build_id IS NULL
          FROM hot.project p
         WHERE s.env_id = NEW.env_id AND s.active AND p.project_id = s.project_id;
        RETURN NULL;
      END $$`);
    await q.query(`
      CREATE TRIGGER env_schedules_paused AFTER UPDATE ON hot.env FOR EACH ROW
      WHEN (OLD.active IS DISTINCT FROM NEW.active)
      EXECUTE FUNCTION hot.pause_schedules_of_env()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TRIGGER env_schedules_paused ON hot.env`);
    await q.query(`DROP TRIGGER project_schedules_stopped ON hot.project`);
    await q.query(`DROP FUNCTION hot.pause_schedules_of_env()`);
    await q.query(`DROP FUNCTION hot.stop_schedules_of_project()`);
    await q.query(`DROP TABLE hot.scheduler_state, hot.schedule_log, hot.schedule`);
  }
}
