import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tasks: work that goes on beside whoever started it. What is live of a task is its row of hot.dispatch, as for every
 * other run (its dispatch id, its event id and its task id are the same); hot.task is what people see of it. It follows
 * the live row by triggers, in the transaction of whoever moves that row: a worker, the sweep, a person who cancels.
 */
export class CreateTasks1796800000000 implements MigrationInterface {
  name = 'CreateTasks1796800000000';

  async up(q: QueryRunner): Promise<void> {
    // status: 1 queued, 2 running, 3 completed, 4 failed, 5 cancelled, 6 timed_out. task_type: 1 code, 2 container.
    await q.query(`
      CREATE TABLE hot.task (
        task_id uuid PRIMARY KEY,
        org_id uuid NOT NULL,
        env_id uuid NOT NULL,
        retention_class smallint NOT NULL,
        stream_id uuid NOT NULL,
        project_id uuid,
        build_id uuid,
        origin_run_id uuid,
        -- of the attempt that goes on, or of the last one
        run_id uuid,
        function_name text NOT NULL,
        task_type smallint NOT NULL DEFAULT 1 CHECK (task_type IN (1, 2)),
        status smallint NOT NULL DEFAULT 1 CHECK (status BETWEEN 1 AND 6),
        timeout_ms bigint NOT NULL,
        -- as declared: JSON text, null for none
        retry text,
        retry_attempt smallint NOT NULL DEFAULT 0,
        -- attempts that were repeated because what ran them died
        infra_retry_count smallint NOT NULL DEFAULT 0,
        next_retry_at timestamptz,
        -- first attempt ever
        claimed_at timestamptz,
        start_time timestamptz,
        stop_time timestamptz,
        duration_ms bigint,
        failure_kind text,
        result text,
        incarnation uuid,
        checkpoint text,
        checkpoint_at timestamptz,
        message_seq bigint NOT NULL DEFAULT 0,
        compute_units bigint NOT NULL DEFAULT 0,
        by_user_id uuid,
        access_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 70)`);
    await q.query(`CREATE INDEX task_env_idx ON hot.task (env_id, task_id)`);
    await q.query(`CREATE INDEX task_env_status_idx ON hot.task (env_id, status, task_id)`);
    await q.query(`CREATE INDEX task_stream_idx ON hot.task (stream_id, updated_at)`);
    await q.query(`CREATE INDEX task_run_idx ON hot.task (run_id) WHERE run_id IS NOT NULL`);
    await q.query(`CREATE INDEX task_origin_idx ON hot.task (origin_run_id) WHERE origin_run_id IS NOT NULL`);

    // Taken and not yet covered by a checkpoint: delivered_at is set. The next attempt gets those once more.
    await q.query(`
      CREATE TABLE hot.task_message (
        task_id uuid NOT NULL REFERENCES hot.task ON DELETE CASCADE,
        seq bigint NOT NULL,
        payload text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        delivered_at timestamptz,
        PRIMARY KEY (task_id, seq)
      )`);

    await q.query(`
      CREATE FUNCTION hot.task_follows() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        ended record;
        task record;
      BEGIN
        IF TG_OP = 'UPDATE' AND NEW.state <> 4 THEN
          UPDATE hot.task SET
            status = CASE NEW.state WHEN 2 THEN 2 ELSE 1 END,
            run_id = NEW.run_id,
            retry_attempt = NEW.attempt,
            infra_retry_count = infra_retry_count + greatest(NEW.delivery - OLD.delivery, 0),
            next_retry_at = CASE NEW.state WHEN 3 THEN NEW.due_at END,
            claimed_at = coalesce(claimed_at, CASE NEW.state WHEN 2 THEN NEW.started_at END),
            start_time = coalesce(CASE NEW.state WHEN 2 THEN NEW.started_at END, start_time),
            incarnation = NEW.incarnation,
            updated_at = now()
          WHERE task_id = NEW.event_id AND status IN (1, 2);
          IF NEW.state = 2 THEN
            UPDATE hot.task_message SET delivered_at = NULL
            WHERE task_id = NEW.event_id AND delivered_at IS NOT NULL;
          END IF;
          RETURN NULL;
        END IF;
        IF TG_OP = 'UPDATE' THEN
          SELECT 3::smallint AS status, NEW.retry_of_run_id AS run_id, coalesce(NEW.started_at, NEW.stopped_at) AS start_time,
                 NEW.stopped_at AS stop_time, 'worker-lost' AS failure_kind, NEW.last_result AS result
          INTO ended;
        ELSE
          SELECT r.status, r.run_id, r.start_time, r.stop_time, r.failure_kind, r.result INTO ended
          FROM hot.run r WHERE r.run_id = OLD.run_id AND r.retention_class = OLD.retention_class;
          IF NOT FOUND THEN
            -- Nothing ran: it was cancelled while it waited.
            SELECT 4::smallint AS status, NULL::uuid AS run_id, NULL::timestamptz AS start_time, now() AS stop_time,
                   NULL::text AS failure_kind,
                   '{"$type":"::hot::run/Cancellation","$val":{"msg":"Cancelled"}}' AS result
            INTO ended;
          END IF;
        END IF;
        UPDATE hot.task SET
          status = CASE
            WHEN ended.status = 4 OR OLD.cancel_requested = 1 THEN 5
            WHEN ended.status = 2 THEN 3
            WHEN ended.failure_kind = 'timeout' THEN 6
            ELSE 4 END,
          run_id = coalesce(ended.run_id, run_id),
          start_time = coalesce(ended.start_time, start_time),
          stop_time = ended.stop_time,
          duration_ms = CASE WHEN coalesce(ended.start_time, start_time) IS NOT NULL THEN
            round(extract(epoch FROM ended.stop_time - coalesce(ended.start_time, start_time)) * 1000) END,
          failure_kind = ended.failure_kind,
          result = ended.result,
          next_retry_at = NULL,
          incarnation = NULL,
          updated_at = now()
        WHERE task_id = OLD.event_id AND status IN (1, 2)
        RETURNING org_id, env_id, coalesce(duration_ms, 0) AS duration_ms INTO task;
        IF FOUND THEN
          -- A slot per connection: writers that end tasks of several environments at once must not wait in a circle.
          INSERT INTO hot.usage_daily (org_id, env_id, day, metric, slot, value)
          SELECT task.org_id, task.env_id, (ended.stop_time AT TIME ZONE 'UTC')::date, m.metric,
                 1 + pg_backend_pid() % 32000, CASE m.metric WHEN 'tasks' THEN 1 ELSE task.duration_ms END
          FROM (VALUES ('task_ms'), ('tasks')) AS m(metric)
          ON CONFLICT (org_id, env_id, day, metric, slot) DO UPDATE SET value = hot.usage_daily.value + excluded.value;
        END IF;
        -- A task that has ended has nothing that could be delivered again.
        IF TG_OP = 'UPDATE' THEN
          DELETE FROM hot.dispatch WHERE dispatch_id = NEW.dispatch_id;
        END IF;
        RETURN NULL;
      END $$`);
    await q.query(`
      CREATE TRIGGER task_moves AFTER UPDATE OF state ON hot.dispatch FOR EACH ROW
      WHEN (NEW.run_type = 7) EXECUTE FUNCTION hot.task_follows()`);
    await q.query(`
      CREATE TRIGGER task_ends AFTER DELETE ON hot.dispatch FOR EACH ROW
      WHEN (OLD.run_type = 7) EXECUTE FUNCTION hot.task_follows()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TRIGGER task_ends ON hot.dispatch`);
    await q.query(`DROP TRIGGER task_moves ON hot.dispatch`);
    await q.query(`DROP FUNCTION hot.task_follows()`);
    await q.query(`DROP TABLE hot.task_message, hot.task`);
  }
}
