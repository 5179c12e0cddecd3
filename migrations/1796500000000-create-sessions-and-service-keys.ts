import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Credentials that API keys make. Permissions are `json`, not `jsonb`: paths of resources are free text, and `jsonb`
 * refuses some of it. Metadata of sessions is the text that came, that of service keys an envelope of the keyring.
 */
export class CreateSessionsAndServiceKeys1796500000000 implements MigrationInterface {
  name = 'CreateSessionsAndServiceKeys1796500000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE hot.session (
        session_id uuid PRIMARY KEY,
        api_key_id uuid NOT NULL REFERENCES hot.api_key ON DELETE CASCADE,
        env_id uuid NOT NULL REFERENCES hot.env ON DELETE CASCADE,
        secret_hash bytea NOT NULL,
        permissions json NOT NULL,
        metadata text,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz
      )`);
    // The active ones of a key, which are counted with every new one; and those that are purged.
    await q.query(`
      CREATE INDEX session_active_idx ON hot.session (api_key_id, expires_at) WHERE revoked_at IS NULL`);
    await q.query(`CREATE INDEX session_expiry_idx ON hot.session (expires_at)`);
    await q.query(`
      CREATE TABLE hot.service_key (
        service_key_id uuid PRIMARY KEY,
        api_key_id uuid NOT NULL REFERENCES hot.api_key ON DELETE CASCADE,
        env_id uuid NOT NULL REFERENCES hot.env ON DELETE CASCADE,
        name text,
        description text,
        secret_hash bytea NOT NULL,
        permissions json NOT NULL,
        metadata text,
        metadata_key_version text,
        expires_at timestamptz,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz,
        CONSTRAINT service_key_metadata_check CHECK ((metadata IS NULL) = (metadata_key_version IS NULL))
      )`);
    await q.query(`
      CREATE INDEX service_key_api_key_idx ON hot.service_key (api_key_id, created_at DESC, service_key_id DESC)`);
    await q.query(`CREATE INDEX service_key_env_idx ON hot.service_key (env_id, created_at DESC)`);
    // What is remembered of a credential is dropped by every process when it is revoked. Rows are deleted only after
    // they expired, or together with their API key, which tells for itself.
    await q.query(`
      CREATE FUNCTION hot.notify_derived_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_TABLE_NAME = 'session' THEN
          PERFORM pg_notify('hot_credential', OLD.session_id::text);
        ELSE
          PERFORM pg_notify('hot_credential', OLD.service_key_id::text);
        END IF;
        RETURN NULL;
      END $$`);
    for (const table of ['session', 'service_key']) {
      await q.query(`
        CREATE TRIGGER ${table}_changed AFTER UPDATE ON hot.${table} FOR EACH ROW
        WHEN ((OLD.revoked_at, OLD.expires_at, OLD.secret_hash, OLD.permissions::text) IS DISTINCT FROM
              (NEW.revoked_at, NEW.expires_at, NEW.secret_hash, NEW.permissions::text))
        EXECUTE FUNCTION hot.notify_derived_key_changed()`);
    }
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE hot.service_key`);
    await q.query(`DROP TABLE hot.session`);
    await q.query(`DROP FUNCTION hot.notify_derived_key_changed()`);
  }
}
