import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Host names of customers. What state a domain is in follows from which of its times are set, and the checks say that
 * none can be set out of turn, whoever writes.
 */
export class CreateDomains1796900100000 implements MigrationInterface {
  name = 'CreateDomains1796900100000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE hot.domain (
        domain_id uuid PRIMARY KEY,
        env_id uuid NOT NULL REFERENCES hot.env ON DELETE CASCADE,
        -- of one environment anywhere, also while it is being cleaned up
        domain text NOT NULL CONSTRAINT domain_name_key UNIQUE,
        validation_cname_name text NOT NULL,
        validation_cname_value text NOT NULL,
        verified_at timestamptz,
        -- where clients are to be sent; known from the moment the domain is verified
        routing_domain text,
        -- the provider's own name of what it has made
        routing_ref text,
        tls_provisioned_at timestamptz,
        provisioning_error text,
        checked_at timestamptz,
        created_by_user_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT domain_verified_check CHECK ((verified_at IS NULL) = (routing_domain IS NULL)),
        CONSTRAINT domain_provisioning_check CHECK (routing_ref IS NULL OR verified_at IS NOT NULL),
        CONSTRAINT domain_active_check CHECK (tls_provisioned_at IS NULL OR routing_ref IS NOT NULL)
      )`);
    await q.query(`CREATE INDEX domain_env_idx ON hot.domain (env_id, created_at DESC, domain_id DESC)`);
    // What the worker has to look after.
    await q.query(
      `CREATE INDEX domain_open_idx ON hot.domain (checked_at) WHERE tls_provisioned_at IS NULL OR deleted_at IS NOT NULL`,
    );
    await q.query(`
      CREATE FUNCTION hot.notify_domain_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('hot_domain', coalesce(to_jsonb(NEW) ->> 'domain', to_jsonb(OLD) ->> 'domain'));
        RETURN NULL;
      END $$`);
    await q.query(`
      CREATE TRIGGER domain_made_or_gone AFTER INSERT OR DELETE ON hot.domain FOR EACH ROW
      EXECUTE FUNCTION hot.notify_domain_changed()`);
    // That it was looked at concerns nobody.
    await q.query(`
      CREATE TRIGGER domain_changed AFTER UPDATE ON hot.domain FOR EACH ROW
      WHEN ((OLD.verified_at, OLD.routing_ref, OLD.tls_provisioned_at, OLD.deleted_at, OLD.env_id) IS DISTINCT FROM
            (NEW.verified_at, NEW.routing_ref, NEW.tls_provisioned_at, NEW.deleted_at, NEW.env_id))
      EXECUTE FUNCTION hot.notify_domain_changed()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE hot.domain`);
    await q.query(`DROP FUNCTION hot.notify_domain_changed()`);
  }
}
