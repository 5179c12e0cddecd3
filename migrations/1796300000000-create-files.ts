import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stored files of an environment, uploads in parts, and bytes that wait to be removed from storage. */
export class CreateFiles1796300000000 implements MigrationInterface {
  name = 'CreateFiles1796300000000';

  async up(q: QueryRunner): Promise<void> {
    // Paths compare byte by byte: a prefix is a range of the index, whatever the language of the database.
    await q.query(`
      CREATE TABLE hot.file (
        file_id uuid PRIMARY KEY,
        org_id uuid NOT NULL,
        env_id uuid NOT NULL REFERENCES hot.env ON DELETE CASCADE,
        path text COLLATE "C" NOT NULL,
        -- what it consists of is in file_part; replacing the content gives it another one
        content_id uuid NOT NULL,
        size bigint NOT NULL,
        etag text,
        content_type text,
        storage_backend text NOT NULL,
        -- runs are history and may be dropped earlier
        created_by_run_id uuid,
        updated_by_run_id uuid,
        created_by_user_id uuid,
        updated_by_user_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz
      )`);
    await q.query(`CREATE UNIQUE INDEX file_path_key ON hot.file (env_id, path) WHERE deleted_at IS NULL`);
    await q.query(
      `CREATE INDEX file_updated_idx ON hot.file (env_id, updated_at DESC, file_id DESC) WHERE deleted_at IS NULL`,
    );
    await q.query(`CREATE INDEX file_deleted_idx ON hot.file (deleted_at) WHERE deleted_at IS NOT NULL`);
    await q.query(
      `CREATE INDEX file_created_by_run_idx ON hot.file (created_by_run_id) WHERE created_by_run_id IS NOT NULL`,
    );
    await q.query(`
      CREATE TABLE hot.file_part (
        content_id uuid NOT NULL,
        part_number integer NOT NULL,
        size bigint NOT NULL,
        etag text NOT NULL,
        storage_path text NOT NULL,
        PRIMARY KEY (content_id, part_number)
      )`);
    await q.query(`
      CREATE TABLE hot.file_upload (
        -- becomes the content_id of the file
        upload_id uuid PRIMARY KEY,
        org_id uuid NOT NULL,
        env_id uuid NOT NULL REFERENCES hot.env ON DELETE CASCADE,
        path text COLLATE "C" NOT NULL,
        content_type text,
        expected_size bigint,
        part_size bigint NOT NULL,
        parts_expected integer,
        -- counts against the organization's storage until it has ended
        reserved_bytes bigint NOT NULL,
        status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'completed', 'aborted')),
        created_by_user_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        ended_at timestamptz
      )`);
    await q.query(
      `CREATE INDEX file_upload_expiry_idx ON hot.file_upload (expires_at) WHERE status = 'pending'`,
    );
    await q.query(
      `CREATE INDEX file_upload_pending_idx ON hot.file_upload (org_id, env_id) WHERE status = 'pending'`,
    );
    await q.query(
      `CREATE INDEX file_upload_ended_idx ON hot.file_upload (ended_at) WHERE status <> 'pending'`,
    );
    // Written before the bytes are, taken away when a file refers to them: whatever is left in storage has a row.
    await q.query(`
      CREATE TABLE hot.file_leftover (
        storage_path text PRIMARY KEY,
        remove_at timestamptz NOT NULL
      )`);
    await q.query(`CREATE INDEX file_leftover_due_idx ON hot.file_leftover (remove_at)`);
    // Written with the files, in slots so that writers of one organization rarely wait for each other.
    await q.query(`
      CREATE TABLE hot.file_usage (
        org_id uuid NOT NULL REFERENCES hot.org ON DELETE CASCADE,
        slot smallint NOT NULL,
        bytes bigint NOT NULL,
        files bigint NOT NULL,
        PRIMARY KEY (org_id, slot)
      )`);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of ['file_usage', 'file_leftover', 'file_upload', 'file_part', 'file']) {
      await q.query(`DROP TABLE hot.${table}`);
    }
  }
}
