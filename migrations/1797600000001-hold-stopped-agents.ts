import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Agents that are stopped while their project serves. Which agent a function belongs to is part of what a build declares;
 * what belongs to a stopped one is held, and its schedules end or pause in the transaction that stops it.
 */
export class HoldStoppedAgents1797600000001 implements MigrationInterface {
  name = 'HoldStoppedAgents1797600000001';

  async up(q: QueryRunner): Promise<void> {
    // Builds that were loaded before: names in metadata are full names already.
    await q.query(`
      UPDATE hot.build b SET definitions = b.definitions || jsonb_build_object('function_agents', coalesce((
          SELECT jsonb_object_agg(f ->> 'fn', coalesce(f ->> 'agent', f -> 'meta' ->> 'agent'))
            FROM jsonb_path_query(b.definitions, '$.*.*[*] ? (exists(@.fn))') AS f
           WHERE coalesce(f ->> 'agent', f -> 'meta' ->> 'agent') IS NOT NULL), '{}'))
       WHERE b.definitions IS NOT NULL`);

    // Functions are named as \`::ns/name\`.
    await q.query(`
      CREATE FUNCTION hot.is_held(project uuid, function_name text) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT EXISTS (
          SELECT 1 FROM hot.app_state s
            JOIN hot.project p ON p.project_id = s.project_id
            JOIN hot.build b ON b.build_id = p.serving_build_id
           WHERE s.project_id = project AND s.type_name IS NOT NULL AND s.stopped_at IS NOT NULL
             AND s.type_name = b.definitions -> 'function_agents' ->> function_name)
      $$`);
    // Declared schedules begin anew when their agent is started; what programs have made pauses.
    await q.query(`
      CREATE FUNCTION hot.hold_schedules(project uuid) RETURNS void LANGUAGE sql AS $$
        UPDATE hot.schedule s SET active = s.kind = 2, paused = s.kind = 2,
               deactivated_at = CASE s.kind WHEN 1 THEN now() END
         WHERE s.project_id = project AND s.active AND NOT (s.kind = 2 AND s.paused)
           AND hot.is_held(s.project_id, s.ns || '/' || s.var)
      $$`);
    await q.query(`
      CREATE FUNCTION hot.hold_schedules_of_agent() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM hot.hold_schedules(NEW.project_id);
        RETURN NULL;
      END $$`);
    await q.query(`
      CREATE TRIGGER app_state_schedules_held AFTER INSERT OR UPDATE ON hot.app_state FOR EACH ROW
      WHEN (NEW.type_name IS NOT NULL AND NEW.stopped_at IS NOT NULL)
      EXECUTE FUNCTION hot.hold_schedules_of_agent()`);
    await this.pauseOfEnv(q, `OR hot.is_held(s.project_id, s.ns || '/' || s.var)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await this.pauseOfEnv(q, '');
    await q.query(`DROP TRIGGER app_state_schedules_held ON hot.app_state`);
    await q.query(`DROP FUNCTION hot.hold_schedules_of_agent()`);
    await q.query(`DROP FUNCTION hot.hold_schedules(uuid)`);
    await q.query(`DROP FUNCTION hot.is_held(uuid, text)`);
  }

  private async pauseOfEnv(q: QueryRunner, held: string): Promise<void> {
    await q.query(`
      CREATE OR REPLACE FUNCTION hot.pause_schedules_of_env() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE hot.schedule s SET paused = NOT NEW.active OR p.serving_build_id IS NULL ${held}
          FROM hot.project p
         WHERE s.env_id = NEW.env_id AND s.active AND p.project_id = s.project_id;
        RETURN NULL;
      END $$`);
  }
}
