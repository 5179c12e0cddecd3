import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Apps that are marked as the only ones of their environment, for debugging: while one of them serves or is about to, the
 * others are blocked. They stay loaded, so that they go on the moment nothing blocks them.
 */
export class BlockApps1797900000000 implements MigrationInterface {
  name = 'BlockApps1797900000000';

  async up(q: QueryRunner): Promise<void> {
    // As the build that was loaded last is marked: of a project by its configuration, of an agent by its type.
    await q.query(`ALTER TABLE hot.app_state ADD COLUMN only_app boolean NOT NULL DEFAULT false`);
    await q.query(`CREATE INDEX app_state_only_app ON hot.app_state (project_id) WHERE only_app`);
    // Kept by a trigger, so that the schedules of an environment are looked at only when there is something to change.
    await q.query(`ALTER TABLE hot.env ADD COLUMN has_only_app boolean NOT NULL DEFAULT false`);

    await q.query(`
      CREATE FUNCTION hot.only_apps(env uuid) RETURNS TABLE (project_id uuid, type_name text) LANGUAGE sql STABLE AS $$
        SELECT s.project_id, s.type_name
          FROM hot.app_state s JOIN hot.project p ON p.project_id = s.project_id
         WHERE s.only_app AND s.stopped_at IS NULL AND p.env_id = env AND p.deleted_at IS NULL
           AND (p.serving_build_id IS NOT NULL
                OR EXISTS (SELECT 1 FROM hot.build b WHERE b.project_id = p.project_id AND b.deployed
                             AND b.runtime_status IN ('pending', 'loading')))
      $$`);
    // A project, or an agent of it; what belongs to no agent is the project's.
    await q.query(`
      CREATE FUNCTION hot.is_blocked(project uuid, agent text) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT coalesce(count(*) > 0 AND NOT coalesce(bool_or(
                 o.project_id = project AND (o.type_name IS NULL OR o.type_name = agent)), false), false)
          FROM hot.project p CROSS JOIN LATERAL hot.only_apps(p.env_id) o
         WHERE p.project_id = project
      $$`);
    await q.query(`ALTER FUNCTION hot.is_held(uuid, text) RENAME TO is_agent_stopped`);
    await q.query(`
      CREATE FUNCTION hot.is_held(project uuid, function_name text) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT hot.is_agent_stopped(project, function_name)
            OR hot.is_blocked(project, (
                 SELECT b.definitions -> 'function_agents' ->> function_name
                   FROM hot.project p JOIN hot.build b ON b.build_id = p.serving_build_id
                  WHERE p.project_id = project))
      $$`);
    // What is blocked pauses, whoever made it: its next time stays known.
    await q.query(`
      CREATE OR REPLACE FUNCTION hot.hold_schedules(project uuid) RETURNS void LANGUAGE sql AS $$
        UPDATE hot.schedule s SET active = s.kind = 2, paused = s.kind = 2,
               deactivated_at = CASE s.kind WHEN 1 THEN now() END
         WHERE s.project_id = project AND s.active AND NOT (s.kind = 2 AND s.paused)
           AND hot.is_agent_stopped(s.project_id, s.ns || '/' || s.var);
        UPDATE hot.schedule s SET paused = true
         WHERE s.project_id = project AND s.active AND NOT s.paused
           AND hot.is_held(s.project_id, s.ns || '/' || s.var)
      $$`);
    await q.query(`
      CREATE FUNCTION hot.find_only_apps() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.has_only_app := EXISTS (SELECT 1 FROM hot.only_apps(NEW.env_id));
        RETURN NEW;
      END $$`);
    await q.query(`
      CREATE TRIGGER env_only_apps_found BEFORE UPDATE ON hot.env FOR EACH ROW
      WHEN (OLD.runtime_revision IS DISTINCT FROM NEW.runtime_revision)
      EXECUTE FUNCTION hot.find_only_apps()`);
    await this.pauseWhen(q, `OLD.active IS DISTINCT FROM NEW.active OR OLD.has_only_app OR NEW.has_only_app`);
  }

  async down(q: QueryRunner): Promise<void> {
    await this.pauseWhen(q, `OLD.active IS DISTINCT FROM NEW.active`);
    await q.query(`DROP TRIGGER env_only_apps_found ON hot.env`);
    await q.query(`DROP FUNCTION hot.find_only_apps()`);
    await q.query(`
      CREATE OR REPLACE FUNCTION hot.hold_schedules(project uuid) RETURNS void LANGUAGE sql AS $$
        UPDATE hot.schedule s SET active = s.kind = 2, paused = s.kind = 2,
               deactivated_at = CASE s.kind WHEN 1 THEN now() END
         WHERE s.project_id = project AND s.active AND NOT (s.kind = 2 AND s.paused)
           AND hot.is_agent_stopped(s.project_id, s.ns || '/' || s.var)
      $$`);
    await q.query(`DROP FUNCTION hot.is_held(uuid, text)`);
    await q.query(`ALTER FUNCTION hot.is_agent_stopped(uuid, text) RENAME TO is_held`);
    await q.query(`DROP FUNCTION hot.is_blocked(uuid, text)`);
    await q.query(`DROP FUNCTION hot.only_apps(uuid)`);
    await q.query(`ALTER TABLE hot.env DROP COLUMN has_only_app`);
    await q.query(`ALTER TABLE hot.app_state DROP COLUMN only_app`);
  }

  private async pauseWhen(q: QueryRunner, condition: string): Promise<void> {
    await q.query(`DROP TRIGGER env_schedules_paused ON hot.env`);
    await q.query(`
      CREATE TRIGGER env_schedules_paused AFTER UPDATE ON hot.env FOR EACH ROW WHEN (${condition})
      EXECUTE FUNCTION hot.pause_schedules_of_env()`);
  }
}
