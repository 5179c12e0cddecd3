import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who owns what: users, organizations, environments, sign-in sessions of the app, API keys, access records' helper functions. */
export class CreateTenancy1795600000000 implements MigrationInterface {
  name = 'CreateTenancy1795600000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE SCHEMA IF NOT EXISTS hot`);
    // PostgreSQL before 18 has no uuidv7(); ids are made by the application, this one serves defaults and backfills.
    await q.query(`
      CREATE FUNCTION hot.uuidv7_floor(at timestamptz) RETURNS uuid
      LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
      $$`);
    await q.query(`
      CREATE TABLE hot."user" (
        user_id uuid PRIMARY KEY,
        email text NOT NULL,
        name text NOT NULL,
        settings jsonb NOT NULL DEFAULT '{}',
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await q.query(`CREATE UNIQUE INDEX user_email_key ON hot."user" (lower(email))`);
    await q.query(`
      CREATE TABLE hot.user_auth (
        user_auth_id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES hot."user" ON DELETE CASCADE,
        auth_type text NOT NULL,
        auth_identifier text NOT NULL,
        auth_data jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT user_auth_identifier_key UNIQUE (auth_type, auth_identifier)
      )`);
    await q.query(`CREATE INDEX user_auth_user_idx ON hot.user_auth (user_id)`);
    await q.query(`
      CREATE TABLE hot.app_session (
        app_session_id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES hot."user" ON DELETE CASCADE,
        token_hash bytea NOT NULL,
        csrf_token text NOT NULL,
        ip text,
        user_agent text,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz
      )`);
    await q.query(`CREATE INDEX app_session_user_idx ON hot.app_session (user_id)`);
    await q.query(`CREATE INDEX app_session_expiry_idx ON hot.app_session (expires_at)`);
    await q.query(`
      CREATE TABLE hot.org (
        org_id uuid PRIMARY KEY,
        name text NOT NULL,
        slug text NOT NULL CONSTRAINT org_slug_key UNIQUE,
        org_type text NOT NULL DEFAULT 'organization' CHECK (org_type IN ('individual', 'organization')),
        settings jsonb NOT NULL DEFAULT '{}',
        -- days that history is kept; -1 keeps it for ever. Fixed on each history row when it is inserted.
        retention_class smallint NOT NULL DEFAULT -1 CHECK (retention_class IN (-1, 7, 30, 90, 365)),
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await q.query(`
      CREATE TABLE hot.org_user (
        org_user_id uuid PRIMARY KEY,
        org_id uuid NOT NULL REFERENCES hot.org ON DELETE CASCADE,
        user_id uuid NOT NULL REFERENCES hot."user" ON DELETE CASCADE,
        org_user_role_id smallint NOT NULL CHECK (org_user_role_id IN (1, 2)),
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT org_user_key UNIQUE (org_id, user_id)
      )`);
    await q.query(`CREATE INDEX org_user_user_idx ON hot.org_user (user_id)`);
    await q.query(`
      CREATE TABLE hot.env (
        env_id uuid PRIMARY KEY,
        org_id uuid NOT NULL REFERENCES hot.org ON DELETE CASCADE,
        name text NOT NULL,
        -- grows with every change of what serves; routing caches carry it in their key
        runtime_revision bigint NOT NULL DEFAULT 0,
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await q.query(`CREATE UNIQUE INDEX env_name_key ON hot.env (org_id, lower(name)) WHERE active`);
    await q.query(`
      CREATE TABLE hot.api_key (
        api_key_id uuid PRIMARY KEY,
        env_id uuid NOT NULL REFERENCES hot.env ON DELETE CASCADE,
        description text NOT NULL DEFAULT '',
        key_data jsonb NOT NULL,
        permissions jsonb NOT NULL,
        active boolean NOT NULL DEFAULT true,
        last_used_at timestamptz,
        created_by_user_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        updated_by_user_id uuid
      )`);
    await q.query(`CREATE INDEX api_key_env_idx ON hot.api_key (env_id, created_at DESC)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP SCHEMA hot CASCADE`);
  }
}
