import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What has been brought: projects, their builds, and the event handlers that a build declares. */
export class CreateProjects1795600100000 implements MigrationInterface {
  name = 'CreateProjects1795600100000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE hot.project (
        project_id uuid PRIMARY KEY,
        env_id uuid NOT NULL REFERENCES hot.env ON DELETE CASCADE,
        name text NOT NULL,
        active boolean NOT NULL DEFAULT true,
        deleted_at timestamptz,
        deployment_sequence bigint NOT NULL DEFAULT 0,
        serving_build_id uuid,
        last_deployed_build_id uuid,
        created_by_user_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        updated_by_user_id uuid
      )`);
    await q.query(
      `CREATE UNIQUE INDEX project_name_key ON hot.project (env_id, name) WHERE deleted_at IS NULL`,
    );
    await q.query(`
      CREATE TABLE hot.build (
        build_id uuid PRIMARY KEY,
        project_id uuid NOT NULL REFERENCES hot.project ON DELETE CASCADE,
        hash text NOT NULL,
        content_sha256 text NOT NULL,
        size bigint NOT NULL,
        build_type_id smallint NOT NULL DEFAULT 1 CHECK (build_type_id IN (1, 2)),
        deployed boolean NOT NULL DEFAULT false,
        active boolean NOT NULL DEFAULT true,
        runtime_status text NOT NULL DEFAULT 'pending'
          CHECK (runtime_status IN ('pending', 'loading', 'ready', 'failed', 'superseded')),
        runtime_ready_at timestamptz,
        runtime_error text,
        -- worker incarnation that is loading it: another one may take over only when that lease has ended
        loading_incarnation uuid,
        load_attempts smallint NOT NULL DEFAULT 0,
        load_warnings jsonb NOT NULL DEFAULT '[]',
        inspection_error text,
        deployment_sequence bigint NOT NULL DEFAULT 0,
        engine_version text,
        hot_std_version text,
        -- everything that the compiler found in the sources, in the manifest's shapes
        definitions jsonb,
        requirements jsonb NOT NULL DEFAULT '{}',
        artifact_hash text,
        storage_path text,
        storage_backend text,
        created_by_user_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await q.query(`CREATE UNIQUE INDEX build_deployed_key ON hot.build (project_id) WHERE deployed`);
    await q.query(`CREATE UNIQUE INDEX build_live_key ON hot.build (project_id) WHERE build_type_id = 2`);
    await q.query(`CREATE INDEX build_project_idx ON hot.build (project_id, created_at DESC)`);
    await q.query(
      `CREATE INDEX build_loading_idx ON hot.build (runtime_status) WHERE deployed AND runtime_status IN ('pending', 'loading')`,
    );
    await q.query(`
      CREATE TABLE hot.event_handler (
        event_handler_id uuid PRIMARY KEY,
        build_id uuid NOT NULL REFERENCES hot.build ON DELETE CASCADE,
        event_type text NOT NULL,
        ns text NOT NULL,
        var text NOT NULL,
        meta jsonb NOT NULL DEFAULT '{}',
        file text,
        line integer,
        "column" integer,
        position integer,
        CONSTRAINT event_handler_key UNIQUE (build_id, ns, var, event_type)
      )`);
    await q.query(`
      CREATE TABLE hot.context (
        context_id uuid PRIMARY KEY,
        env_id uuid REFERENCES hot.env ON DELETE CASCADE,
        project_id uuid REFERENCES hot.project ON DELETE CASCADE,
        key text NOT NULL,
        value text NOT NULL,
        key_version text NOT NULL,
        description text,
        created_by_user_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        updated_by_user_id uuid,
        CONSTRAINT context_owner_check CHECK ((env_id IS NULL) <> (project_id IS NULL))
      )`);
    await q.query(
      `CREATE UNIQUE INDEX context_env_key ON hot.context (env_id, key) WHERE env_id IS NOT NULL`,
    );
    await q.query(
      `CREATE UNIQUE INDEX context_project_key ON hot.context (project_id, key) WHERE project_id IS NOT NULL`,
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE hot.context, hot.event_handler, hot.build, hot.project`);
  }
}
