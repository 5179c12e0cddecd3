import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Large values that are kept out of the rows they belong to. An object is content, once per environment and hash; a
 * reference ties it to the row in whose text it stands.
 */
export class CreateBlobs1797300000000 implements MigrationInterface {
  name = 'CreateBlobs1797300000000';

  async up(q: QueryRunner): Promise<void> {
    // pending: the row is there, perhaps the bytes are not. available: they are, durably. deleting: nothing may refer to
    // it any more, and equal content gets a row, and a path, of its own.
    await q.query(`
      CREATE TABLE hot.blob_object (
        blob_object_id uuid PRIMARY KEY,
        org_id uuid NOT NULL,
        env_id uuid NOT NULL,
        hash_alg text NOT NULL DEFAULT 'sha256',
        hash text NOT NULL,
        size bigint NOT NULL,
        storage_backend text NOT NULL,
        storage_path text NOT NULL,
        status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'available', 'deleting')),
        created_at timestamptz NOT NULL DEFAULT now(),
        -- when somebody last meant to refer to it, or stopped to
        last_referenced_at timestamptz NOT NULL DEFAULT now()
      )`);
    await q.query(
      `CREATE UNIQUE INDEX blob_object_content_key ON hot.blob_object (org_id, env_id, hash_alg, hash) WHERE status <> 'deleting'`,
    );
    await q.query(`CREATE INDEX blob_object_age_idx ON hot.blob_object (status, last_referenced_at)`);

    // source_id: of the event for event_data and task_args, of the run for the others. Without foreign keys to rows of
    // history, which are dropped by partition. form: how the JSON text was written, to write it again to the letter.
    await q.query(`
      CREATE TABLE hot.blob_ref (
        blob_ref_id uuid PRIMARY KEY,
        blob_object_id uuid NOT NULL,
        org_id uuid NOT NULL,
        env_id uuid NOT NULL,
        retention_class smallint NOT NULL,
        source_kind text NOT NULL
          CHECK (source_kind IN ('event_data', 'task_args', 'run_result', 'run_failure', 'task_result')),
        source_id uuid NOT NULL,
        form smallint NOT NULL,
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        deactivated_at timestamptz,
        CONSTRAINT blob_ref_source_key UNIQUE (source_id, blob_object_id, form)
      )`);
    await q.query(`CREATE INDEX blob_ref_object_idx ON hot.blob_ref (blob_object_id)`);
    await q.query(
      `CREATE INDEX blob_ref_ended_idx ON hot.blob_ref (deactivated_at) WHERE deactivated_at IS NOT NULL`,
    );

    // The lock waits for a removal that has begun, and the look after it sees that it has: a row with a reference to
    // bytes that go is refused, and written again by whoever wrote it, with bytes of its own.
    await q.query(`
      CREATE FUNCTION hot.blob_ref_has_object() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM 1 FROM hot.blob_object
         WHERE blob_object_id = NEW.blob_object_id AND org_id = NEW.org_id AND env_id = NEW.env_id
           AND status = 'available' FOR KEY SHARE;
        IF NOT FOUND THEN
          RAISE foreign_key_violation USING MESSAGE = 'blob object ' || NEW.blob_object_id || ' is not available';
        END IF;
        RETURN NEW;
      END $$`);
    await q.query(`
      CREATE TRIGGER blob_ref_has_object BEFORE INSERT ON hot.blob_ref
      FOR EACH ROW EXECUTE FUNCTION hot.blob_ref_has_object()`);

    // What the objects of an organization take; a slot per writer, so that they do not wait for each other.
    await q.query(`
      CREATE TABLE hot.blob_usage (
        org_id uuid NOT NULL,
        slot smallint NOT NULL,
        bytes bigint NOT NULL DEFAULT 0,
        objects bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (org_id, slot)
      ) WITH (fillfactor = 60)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE hot.blob_usage, hot.blob_ref, hot.blob_object`);
    await q.query(`DROP FUNCTION hot.blob_ref_has_object()`);
  }
}
