import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Workers remember context variables: `hot_context` carries the id of an environment in which one changed. */
export class NotifyContextChanges1796100000000 implements MigrationInterface {
  name = 'NotifyContextChanges1796100000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE FUNCTION hot.notify_context_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        changed hot.context;
      BEGIN
        IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
        -- Empty when the project itself is being deleted: nothing of it runs any more.
        PERFORM pg_notify('hot_context', coalesce(changed.env_id,
          (SELECT p.env_id FROM hot.project p WHERE p.project_id = changed.project_id))::text);
        RETURN NULL;
      END $$`);
    await q.query(`
      CREATE TRIGGER context_changed AFTER INSERT OR UPDATE OR DELETE ON hot.context FOR EACH ROW
      EXECUTE FUNCTION hot.notify_context_changed()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TRIGGER context_changed ON hot.context`);
    await q.query(`DROP FUNCTION hot.notify_context_changed()`);
  }
}
