import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Caches of every process learn of a change when it commits, whoever made it: `hot_credential` carries the id of a
 * changed API key (`*`: any may be concerned), `hot_env` the id of an environment in which something else serves now.
 */
export class NotifyChanges1795600300000 implements MigrationInterface {
  name = 'NotifyChanges1795600300000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE FUNCTION hot.notify_api_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('hot_credential', OLD.api_key_id::text);
        RETURN NULL;
      END $$`);
    // The time of last use changes every minute and concerns nobody's cache.
    await q.query(`
      CREATE TRIGGER api_key_changed AFTER UPDATE ON hot.api_key FOR EACH ROW
      WHEN ((OLD.active, OLD.permissions, OLD.key_data, OLD.env_id) IS DISTINCT FROM
            (NEW.active, NEW.permissions, NEW.key_data, NEW.env_id))
      EXECUTE FUNCTION hot.notify_api_key_changed()`);
    await q.query(`
      CREATE TRIGGER api_key_gone AFTER DELETE ON hot.api_key FOR EACH ROW
      EXECUTE FUNCTION hot.notify_api_key_changed()`);
    await q.query(`
      CREATE FUNCTION hot.notify_all_credentials_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('hot_credential', '*');
        RETURN NULL;
      END $$`);
    await q.query(`
      CREATE TRIGGER env_usable_changed AFTER UPDATE ON hot.env FOR EACH ROW
      WHEN (OLD.active IS DISTINCT FROM NEW.active)
      EXECUTE FUNCTION hot.notify_all_credentials_changed()`);
    await q.query(`
      CREATE TRIGGER org_usable_changed AFTER UPDATE ON hot.org FOR EACH ROW
      WHEN ((OLD.active, OLD.retention_class) IS DISTINCT FROM (NEW.active, NEW.retention_class))
      EXECUTE FUNCTION hot.notify_all_credentials_changed()`);
    await q.query(`
      CREATE FUNCTION hot.notify_env_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('hot_env', NEW.env_id::text);
        RETURN NULL;
      END $$`);
    await q.query(`
      CREATE TRIGGER env_revision_changed AFTER UPDATE ON hot.env FOR EACH ROW
      WHEN (OLD.runtime_revision IS DISTINCT FROM NEW.runtime_revision)
      EXECUTE FUNCTION hot.notify_env_changed()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TRIGGER env_revision_changed ON hot.env`);
    await q.query(`DROP TRIGGER env_usable_changed ON hot.env`);
    await q.query(`DROP TRIGGER org_usable_changed ON hot.org`);
    await q.query(`DROP TRIGGER api_key_changed ON hot.api_key`);
    await q.query(`DROP TRIGGER api_key_gone ON hot.api_key`);
    await q.query(`DROP FUNCTION hot.notify_env_changed()`);
    await q.query(`DROP FUNCTION hot.notify_api_key_changed()`);
    await q.query(`DROP FUNCTION hot.notify_all_credentials_changed()`);
  }
}
