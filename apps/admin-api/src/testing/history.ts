/** Rows as the engine leaves them, for reading them back through the app. */
import { idTimeMs, newId, newIdAt } from '@app/kernel';
import type { Db } from '@app/platform/database';
import type { TestTenant } from './admin-app';

export interface TestEvent {
  readonly eventId: string;
  readonly streamId: string;
  readonly type: string;
}

export interface TestRun {
  readonly runId: string;
  readonly eventId: string;
  readonly streamId: string;
}

const STATUS = { succeeded: 2, failed: 3, cancelled: 4 } as const;
const FAILURE = JSON.stringify({ $type: '::hot::run/Failure', $val: { msg: 'card declined', err: null } });

export async function makeProject(
  db: Db,
  tenant: TestTenant,
  name = `p-${newId().slice(-12)}`,
): Promise<string> {
  const projectId = newId();
  await db.execute(
    `INSERT INTO hot.project (project_id, env_id, name, created_by_user_id) VALUES ($1, $2, $3, $4)`,
    [projectId, tenant.envId, name, newId()],
  );
  return projectId;
}

export async function makeEvent(
  db: Db,
  tenant: TestTenant,
  options: {
    readonly type?: string;
    readonly data?: string;
    readonly atMs?: number;
    readonly streamId?: string;
    readonly state?: 'handled' | 'unhandled' | 'pending';
    readonly originRunId?: string;
    readonly source?: number;
  } = {},
): Promise<TestEvent> {
  const atMs = options.atMs ?? Date.now();
  const eventId = newIdAt(atMs);
  const streamId = options.streamId ?? newIdAt(atMs);
  const type = options.type ?? 'order:created';
  const at = new Date(atMs);
  await db.tx(async () => {
    await db.execute(
      `INSERT INTO hot.event (event_id, retention_class, env_id, stream_id, event_type, event_data, event_time, source,
                              origin_run_id)
       VALUES ($1, -1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        eventId,
        tenant.envId,
        streamId,
        type,
        options.data ?? '{"id":1}',
        at,
        options.source ?? 1,
        options.originRunId ?? null,
      ],
    );
    await db.execute(
      `INSERT INTO hot.stream (stream_id, env_id, root_label, created_at, last_activity_at, total_events)
       VALUES ($1, $2, $3, $4, $4, 1) ON CONFLICT DO NOTHING`,
      [streamId, tenant.envId, type, at],
    );
    await countEvent(db, tenant, atMs, 1);
    if (options.state === 'unhandled') {
      await db.execute(
        `INSERT INTO hot.event_unhandled (event_id, retention_class, env_id, event_type) VALUES ($1, -1, $2, $3)`,
        [eventId, tenant.envId, type],
      );
      await countEvent(db, tenant, atMs, 3);
    }
    if (options.state === 'pending') {
      await db.execute(
        `INSERT INTO hot.dispatch (dispatch_id, kind, org_id, env_id, retention_class, event_id, stream_id, event_type)
         VALUES ($1, 1, $2, $3, -1, $1, $4, $5)`,
        [eventId, tenant.orgId, tenant.envId, streamId, type],
      );
    }
  });
  return { eventId, streamId, type };
}

export async function makeRun(
  db: Db,
  tenant: TestTenant,
  event: TestEvent,
  options: {
    readonly status?: keyof typeof STATUS;
    readonly atMs?: number;
    readonly projectId?: string;
    readonly runType?: number;
    readonly functionName?: string;
    readonly durationUs?: number;
    readonly attempt?: number;
    readonly retryOf?: string;
    readonly originRunId?: string;
    readonly result?: string;
  } = {},
): Promise<TestRun> {
  const atMs = options.atMs ?? (idTimeMs(event.eventId) ?? Date.now()) + 1;
  const runId = newIdAt(atMs);
  const status = STATUS[options.status ?? 'succeeded'];
  const durationUs = options.durationUs ?? 1500;
  const functionName = options.functionName ?? '::shop::orders/confirm';
  await db.tx(async () => {
    await db.execute(
      `INSERT INTO hot.run (run_id, retention_class, env_id, stream_id, project_id, event_id, run_type, status,
         handler_key, function_name, start_time, stop_time, duration_us, retry_attempt, retry_of_run_id, origin_run_id,
         result, info)
       VALUES ($1, -1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12, $13, $14, $15,
         '{"queue_timing":{"queue_wait_us":700}}')`,
      [
        runId,
        tenant.envId,
        event.streamId,
        options.projectId ?? null,
        event.eventId,
        options.runType ?? 2,
        status,
        functionName,
        new Date(atMs),
        new Date(atMs + durationUs / 1000),
        durationUs,
        options.attempt ?? 0,
        options.retryOf ?? null,
        options.originRunId ?? null,
        options.result ?? (status === 3 ? FAILURE : '{"ok":true}'),
      ],
    );
    await db.execute(
      `INSERT INTO hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count, sum_us)
       SELECT $1, g, CASE g WHEN 0 THEN to_timestamp(0) ELSE date_trunc('minute', $2::timestamptz, 'UTC') END,
              coalesce($3, '00000000-0000-0000-0000-000000000000')::uuid, $4, $5, 7, 1, $6
         FROM (VALUES (0), (1)) v(g)
       ON CONFLICT (env_id, granularity, bucket_start, project_id, run_type, status, slot)
       DO UPDATE SET count = hot.run_bucket.count + 1, sum_us = hot.run_bucket.sum_us + excluded.sum_us`,
      [tenant.envId, new Date(atMs), options.projectId ?? null, options.runType ?? 2, status, durationUs],
    );
    await db.execute(
      `UPDATE hot.stream SET total_runs = total_runs + 1, failed_runs = failed_runs + $2 WHERE stream_id = $1`,
      [event.streamId, status === 3 ? 1 : 0],
    );
  });
  return { runId, eventId: event.eventId, streamId: event.streamId };
}

/** A run that goes on, or that waits for its next attempt. */
export async function makeLiveRun(
  db: Db,
  tenant: TestTenant,
  event: TestEvent,
  options: { readonly waiting?: boolean; readonly projectId?: string; readonly attempt?: number } = {},
): Promise<TestRun> {
  const runId = newId();
  await db.execute(
    `INSERT INTO hot.dispatch (dispatch_id, kind, state, org_id, env_id, retention_class, event_id, stream_id, event_type,
       project_id, handler_key, function_name, run_type, run_id, attempt, started_at, incarnation, due_at, stopped_at,
       last_result, last_meta)
     VALUES ($1, 2, $2, $3, $4, -1, $5, $6, $7, $8, '::shop::orders/confirm', '::shop::orders/confirm', 2, $9, $10, now(),
       $11, now() + interval '1 hour', $12, $13, $14)`,
    [
      newId(),
      options.waiting === true ? 3 : 2,
      tenant.orgId,
      tenant.envId,
      event.eventId,
      event.streamId,
      event.type,
      options.projectId ?? null,
      runId,
      options.attempt ?? 0,
      options.waiting === true ? null : newId(),
      options.waiting === true ? new Date() : null,
      options.waiting === true ? FAILURE : null,
      options.waiting === true
        ? JSON.stringify({ next: 'attempt', durationUs: 900, failureKind: 'failure' })
        : null,
    ],
  );
  return { runId, eventId: event.eventId, streamId: event.streamId };
}

async function countEvent(db: Db, tenant: TestTenant, atMs: number, state: number): Promise<void> {
  await db.execute(
    `INSERT INTO hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)
     SELECT $1, g, CASE g WHEN 0 THEN to_timestamp(0) ELSE date_trunc('minute', $2::timestamptz, 'UTC') END, $3, 7, 1
       FROM (VALUES (0), (1)) v(g)
     ON CONFLICT (env_id, granularity, bucket_start, state, slot) DO UPDATE SET count = hot.event_bucket.count + 1`,
    [tenant.envId, new Date(atMs), state],
  );
}
