import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where programs are called from outside: addresses of webhooks and tools of MCP services. Both come from the build that
 * serves. An address keeps its row, and with it its secret, from one build to the next; tools belong to one build.
 */
export class CreateWebhooksAndTools1796700000000 implements MigrationInterface {
  name = 'CreateWebhooksAndTools1796700000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE hot.webhook (
        -- its last 12 digits are the secret end of the address
        webhook_id uuid PRIMARY KEY,
        env_id uuid NOT NULL REFERENCES hot.env ON DELETE CASCADE,
        project_id uuid NOT NULL REFERENCES hot.project ON DELETE CASCADE,
        -- the build that declares it; null since the build that serves does not
        build_id uuid,
        service text NOT NULL,
        path text NOT NULL,
        method text NOT NULL,
        ns text NOT NULL,
        var text NOT NULL,
        name text NOT NULL,
        description text,
        auth_mode text NOT NULL CHECK (auth_mode IN ('none', 'required')),
        secret_headers text[] NOT NULL DEFAULT '{}',
        meta jsonb NOT NULL DEFAULT '{}',
        file text,
        line integer,
        "column" integer,
        position integer,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT webhook_address_key UNIQUE (project_id, service, path, method)
      )`);
    await q.query(`CREATE INDEX webhook_env_idx ON hot.webhook (env_id)`);

    // Schemas are text: the order of their properties is that of the parameters.
    await q.query(`
      CREATE TABLE hot.mcp_tool (
        mcp_tool_id uuid PRIMARY KEY,
        build_id uuid NOT NULL REFERENCES hot.build ON DELETE CASCADE,
        service text NOT NULL,
        name text NOT NULL,
        ns text NOT NULL,
        var text NOT NULL,
        title text,
        description text,
        auth_mode text NOT NULL CHECK (auth_mode IN ('none', 'required')),
        input_schema text NOT NULL,
        output_schema text,
        icons text,
        annotations text,
        -- names of the function's parameters in order
        params text[] NOT NULL DEFAULT '{}',
        secret_headers text[] NOT NULL DEFAULT '{}',
        meta jsonb NOT NULL DEFAULT '{}',
        file text,
        line integer,
        "column" integer,
        position integer,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT mcp_tool_key UNIQUE (build_id, service, name)
      )`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE hot.mcp_tool, hot.webhook`);
  }
}
