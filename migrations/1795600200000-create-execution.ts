import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What happens. Work is live: one row in hot.dispatch per outstanding event, then per handler. History is immutable:
 * hot.event, hot.run, hot.trace_segment, hot.stream_data and hot.access are insert-only, partitioned by retention
 * class (days kept, -1 for ever) and then by range of their UUIDv7 id. No row in dispatch = nothing to do.
 */
export class CreateExecution1795600200000 implements MigrationInterface {
  name = 'CreateExecution1795600200000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE hot.worker_lease (
        incarnation uuid PRIMARY KEY,
        worker_id text NOT NULL,
        roles text[] NOT NULL,
        host text NOT NULL,
        pid integer NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      )`);

    // kind: 1 event to route, 2 run. state: 1 queued, 2 running, 3 pending_retry (waits for due_at), 4 dead letter.
    await q.query(`
      CREATE TABLE hot.dispatch (
        dispatch_id uuid PRIMARY KEY,
        kind smallint NOT NULL CHECK (kind IN (1, 2)),
        state smallint NOT NULL DEFAULT 1 CHECK (state IN (1, 2, 3, 4)),
        org_id uuid NOT NULL,
        env_id uuid NOT NULL,
        retention_class smallint NOT NULL,
        event_id uuid NOT NULL,
        stream_id uuid NOT NULL,
        event_type text NOT NULL,
        project_id uuid,
        build_id uuid,
        handler_key text NOT NULL DEFAULT '',
        function_name text,
        run_type smallint,
        run_id uuid,
        retry_of_run_id uuid,
        origin_run_id uuid,
        attempt smallint NOT NULL DEFAULT 0,
        delivery smallint NOT NULL DEFAULT 1,
        quarantine boolean NOT NULL DEFAULT false,
        -- state 1: when the sweeper gives out the (next) ticket; a ticket in hand may be claimed earlier.
        -- state 3: when the next attempt may start, never earlier.
        due_at timestamptz NOT NULL DEFAULT now(),
        -- tickets given out by the sweeper; each doubles the wait for the next
        tickets smallint NOT NULL DEFAULT 0,
        incarnation uuid,
        started_at timestamptz,
        -- 0 no, 1 asked to cancel
        cancel_requested smallint NOT NULL DEFAULT 0,
        by_user_id uuid,
        access_id uuid,
        -- small facts the run needs besides the event (agent type, retry policy, rerun_of, warnings): JSON text
        start_data text,
        -- state 3 and 4: the ended attempt, kept here until its successor exists. last_result is the result's JSON text,
        -- last_meta JSON text: {next, reason, failureKind, durationUs, callCount, traceBytes, streamDataCount, info, trace}.
        last_result text,
        last_meta text,
        stopped_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT dispatch_once_key UNIQUE (event_id, handler_key, attempt, delivery)
      ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)`);
    await q.query(`CREATE INDEX dispatch_due_idx ON hot.dispatch (due_at) WHERE state IN (1, 3)`);
    await q.query(`CREATE INDEX dispatch_incarnation_idx ON hot.dispatch (incarnation) WHERE state = 2`);
    await q.query(
      `CREATE INDEX dispatch_env_run_idx ON hot.dispatch (env_id, run_id) WHERE run_id IS NOT NULL`,
    );
    // live runs of a stream: what a subscriber is shown first. Partial, so that accepting an event does not pay for it.
    await q.query(`CREATE INDEX dispatch_stream_idx ON hot.dispatch (stream_id) WHERE run_id IS NOT NULL`);

    await q.query(`
      CREATE TABLE hot.event (
        event_id uuid NOT NULL,
        retention_class smallint NOT NULL,
        env_id uuid NOT NULL,
        stream_id uuid NOT NULL,
        event_type text NOT NULL,
        event_data text NOT NULL,
        event_time timestamptz NOT NULL,
        -- 1 api, 2 code (send), 3 schedule, 4 app, 5 webhook, 6 mcp, 7 system
        source smallint NOT NULL DEFAULT 1,
        created_by_user_id uuid,
        access_id uuid,
        origin_run_id uuid,
        -- server-only: {buildId, handler:{projectId,key}, caller, rerunOf}; never from a client
        routing text,
        sealed text,
        PRIMARY KEY (event_id, retention_class)
      ) PARTITION BY LIST (retention_class)`);
    await q.query(`CREATE INDEX event_env_idx ON hot.event (env_id, event_id)`);
    await q.query(`CREATE INDEX event_env_type_idx ON hot.event (env_id, event_type, event_id)`);
    await q.query(`CREATE INDEX event_stream_idx ON hot.event (stream_id, event_id)`);
    await q.query(
      `CREATE INDEX event_origin_idx ON hot.event (origin_run_id) WHERE origin_run_id IS NOT NULL`,
    );

    // Events that found no handler. The exception, not the rule: an event is handled when it is neither here nor in
    // dispatch as kind 1. A re-dispatch takes its row away.
    await q.query(`
      CREATE TABLE hot.event_unhandled (
        event_id uuid PRIMARY KEY,
        retention_class smallint NOT NULL,
        env_id uuid NOT NULL,
        event_type text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await q.query(`CREATE INDEX event_unhandled_env_idx ON hot.event_unhandled (env_id, event_id)`);

    // status: 2 succeeded, 3 failed, 4 cancelled. Running and pending_retry runs are rows of dispatch.
    await q.query(`
      CREATE TABLE hot.run (
        run_id uuid NOT NULL,
        retention_class smallint NOT NULL,
        env_id uuid NOT NULL,
        stream_id uuid NOT NULL,
        project_id uuid,
        build_id uuid,
        event_id uuid,
        run_type smallint NOT NULL,
        status smallint NOT NULL,
        handler_key text NOT NULL DEFAULT '',
        function_name text,
        start_time timestamptz NOT NULL,
        stop_time timestamptz NOT NULL,
        duration_us bigint NOT NULL,
        retry_attempt smallint NOT NULL DEFAULT 0,
        delivery smallint NOT NULL DEFAULT 1,
        origin_run_id uuid,
        retry_of_run_id uuid,
        by_user_id uuid,
        access_id uuid,
        agent_type text,
        failure_kind text,
        result text,
        info text,
        call_count integer NOT NULL DEFAULT 0,
        trace_bytes bigint NOT NULL DEFAULT 0,
        stream_data_count integer NOT NULL DEFAULT 0,
        -- whole trace when it is at most 2 KiB raw; else rows of trace_segment
        trace text,
        PRIMARY KEY (run_id, retention_class)
      ) PARTITION BY LIST (retention_class)`);
    await q.query(`CREATE INDEX run_env_idx ON hot.run (env_id, run_id)`);
    await q.query(`CREATE INDEX run_env_status_idx ON hot.run (env_id, status, run_id)`);
    await q.query(`CREATE INDEX run_stream_idx ON hot.run (stream_id, run_id)`);
    await q.query(`CREATE INDEX run_event_idx ON hot.run (event_id)`);
    await q.query(`CREATE INDEX run_origin_idx ON hot.run (origin_run_id) WHERE origin_run_id IS NOT NULL`);

    // data: first byte the format (1 = raw UTF-8, 2 = zstd), then the segment
    await q.query(`
      CREATE TABLE hot.trace_segment (
        run_id uuid NOT NULL,
        retention_class smallint NOT NULL,
        seq integer NOT NULL,
        data bytea NOT NULL,
        PRIMARY KEY (run_id, seq, retention_class)
      ) PARTITION BY LIST (retention_class)`);
    await q.query(`ALTER TABLE hot.trace_segment ALTER COLUMN data SET STORAGE EXTERNAL`);

    await q.query(`
      CREATE TABLE hot.stream_data (
        stream_data_id uuid NOT NULL,
        retention_class smallint NOT NULL,
        env_id uuid NOT NULL,
        stream_id uuid NOT NULL,
        run_id uuid NOT NULL,
        seq integer NOT NULL,
        data_type text NOT NULL,
        payload text NOT NULL,
        PRIMARY KEY (stream_data_id, retention_class)
      ) PARTITION BY LIST (retention_class)`);
    await q.query(`CREATE INDEX stream_data_stream_idx ON hot.stream_data (stream_id, stream_data_id)`);
    await q.query(`CREATE INDEX stream_data_run_idx ON hot.stream_data (run_id, seq)`);

    await q.query(`
      CREATE TABLE hot.access (
        access_id uuid NOT NULL,
        retention_class smallint NOT NULL,
        env_id uuid NOT NULL,
        api_key_id uuid,
        service_key_id uuid,
        session_id uuid,
        user_id uuid,
        source text NOT NULL DEFAULT 'api',
        ip_address text,
        user_agent text,
        host text,
        method text,
        path text,
        query_params text,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (access_id, retention_class)
      ) PARTITION BY LIST (retention_class)`);

    await q.query(`
      CREATE TABLE hot.stream (
        stream_id uuid PRIMARY KEY,
        env_id uuid NOT NULL,
        name text,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_activity_at timestamptz NOT NULL DEFAULT now(),
        total_runs integer NOT NULL DEFAULT 0,
        total_events integer NOT NULL DEFAULT 0,
        failed_runs integer NOT NULL DEFAULT 0,
        total_duration_us bigint NOT NULL DEFAULT 0,
        -- what began it, for lists: the first event's type
        root_label text
      ) WITH (fillfactor = 80)`);
    await q.query(`CREATE INDEX stream_env_idx ON hot.stream (env_id, stream_id)`);

    await q.query(`
      CREATE TABLE hot.idempotency_key (
        env_id uuid NOT NULL,
        key text NOT NULL,
        event_id uuid NOT NULL,
        request_hash text NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (env_id, key)
      )`);
    await q.query(`CREATE INDEX idempotency_key_expiry_idx ON hot.idempotency_key (expires_at)`);

    // granularity: 0 all time (bucket_start = epoch), 1 minute, 2 hour. slot: one per writer so that writers never
    // wait for each other's row; closed buckets are folded into slot 0. status as in runs, 1 running, 5 pending_retry.
    await q.query(`
      CREATE TABLE hot.run_bucket (
        env_id uuid NOT NULL,
        granularity smallint NOT NULL,
        bucket_start timestamptz NOT NULL,
        project_id uuid NOT NULL,
        run_type smallint NOT NULL,
        status smallint NOT NULL,
        slot smallint NOT NULL,
        count bigint NOT NULL,
        sum_us bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (env_id, granularity, bucket_start, project_id, run_type, status, slot)
      ) WITH (fillfactor = 60)`);
    // state: 1 accepted, 3 unhandled. Handled = accepted - unhandled - still in dispatch.
    await q.query(`
      CREATE TABLE hot.event_bucket (
        env_id uuid NOT NULL,
        granularity smallint NOT NULL,
        bucket_start timestamptz NOT NULL,
        state smallint NOT NULL,
        slot smallint NOT NULL,
        count bigint NOT NULL,
        PRIMARY KEY (env_id, granularity, bucket_start, state, slot)
      ) WITH (fillfactor = 60)`);
    await q.query(`
      CREATE TABLE hot.usage_daily (
        org_id uuid NOT NULL,
        env_id uuid NOT NULL,
        day date NOT NULL,
        metric text NOT NULL,
        slot smallint NOT NULL,
        value bigint NOT NULL,
        PRIMARY KEY (org_id, env_id, day, metric, slot)
      ) WITH (fillfactor = 60)`);

    // Partition per class, then per day (kept up to 30 days) or month; a DEFAULT takes what nobody foresaw and must
    // stay empty. Called at migration, by the maintenance role every day and when a plan brings a new class.
    await q.query(`
      CREATE FUNCTION hot.ensure_partitions(p_class smallint, p_from timestamptz, p_to timestamptz) RETURNS void
      LANGUAGE plpgsql AS $$
      DECLARE
        parent text; key text; class_name text; step interval; lower_at timestamptz; upper_at timestamptz; child text;
      BEGIN
        step := CASE WHEN p_class BETWEEN 1 AND 30 THEN interval '1 day' ELSE interval '1 month' END;
        FOR parent, key IN VALUES ('event', 'event_id'), ('run', 'run_id'), ('trace_segment', 'run_id'),
                                  ('stream_data', 'stream_data_id'), ('access', 'access_id') LOOP
          class_name := parent || '_' || CASE WHEN p_class < 0 THEN 'all' ELSE p_class::text END;
          IF to_regclass('hot.' || class_name) IS NULL THEN
            EXECUTE format('CREATE TABLE hot.%I PARTITION OF hot.%I FOR VALUES IN (%s) PARTITION BY RANGE (%I)',
                           class_name, parent, p_class, key);
            EXECUTE format('CREATE TABLE hot.%I PARTITION OF hot.%I DEFAULT', class_name || '_default', class_name);
          END IF;
          lower_at := date_trunc(CASE WHEN step = interval '1 day' THEN 'day' ELSE 'month' END, p_from, 'UTC');
          WHILE lower_at < p_to LOOP
            upper_at := (lower_at AT TIME ZONE 'UTC' + step) AT TIME ZONE 'UTC';
            child := class_name || '_' || to_char(lower_at AT TIME ZONE 'UTC', 'YYYYMMDD');
            IF to_regclass('hot.' || child) IS NULL THEN
              EXECUTE format('CREATE TABLE hot.%I PARTITION OF hot.%I FOR VALUES FROM (%L) TO (%L)',
                             child, class_name, hot.uuidv7_floor(lower_at), hot.uuidv7_floor(upper_at));
            END IF;
            lower_at := upper_at;
          END LOOP;
        END LOOP;
      END $$`);
    await q.query(
      `SELECT hot.ensure_partitions(-1::smallint, now() - interval '1 day', now() + interval '8 days')`,
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP FUNCTION hot.ensure_partitions(smallint, timestamptz, timestamptz)`);
    await q.query(`DROP TABLE hot.usage_daily, hot.event_bucket, hot.run_bucket, hot.idempotency_key, hot.stream,
      hot.access, hot.stream_data, hot.trace_segment, hot.run, hot.event_unhandled, hot.event, hot.dispatch, hot.worker_lease`);
  }
}
