/** Tables: stream, run, dispatch, task. Reads only. */
import { NotFoundError, type EnvScope } from '@app/kernel';
import { HotSqlPools } from '@app/dispatch';
import { Db, statement } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

const EXISTS = statement('streams_exists', `SELECT 1 FROM hot.stream WHERE stream_id = $1 AND env_id = $2`);

/**
 * What happened lately in watched streams, and what became of runs that were open: the net below the notices. Ids are
 * not committed in order, so every look goes back over the last one; the reader knows what it has told already.
 */
/** Added to the status of a task, to tell it from those of runs in one statement. */
const TASK = 100;

const LATELY = statement(
  'streams_lately',
  `SELECT run_id, stream_id, env_id, status::int AS status FROM hot.run
   WHERE stream_id = ANY($1::uuid[]) AND run_id >= $2 AND run_type <> 7
   UNION ALL
   SELECT run_id, stream_id, env_id, status::int FROM hot.run WHERE run_id = ANY($3::uuid[])
   UNION ALL
   SELECT run_id, stream_id, env_id, (CASE state WHEN 2 THEN 1 ELSE 5 END)::int FROM hot.dispatch
   WHERE stream_id = ANY($1::uuid[]) AND run_id IS NOT NULL AND kind = 2 AND state IN (2, 3)
     AND coalesce(run_type, 2) <> 7
   UNION ALL
   SELECT task_id, stream_id, env_id, ${TASK} + status FROM hot.task
   WHERE stream_id = ANY($1::uuid[]) AND updated_at >= now() - interval '20 seconds'`,
);

export interface LateRun {
  /** Of a task: its own id. */
  readonly runId: string;
  readonly isTask: boolean;
  readonly streamId: string;
  readonly envId: string;
  /** As in RUN_STATUSES, or TASK_STATUSES. */
  readonly status: number;
}

@Injectable()
export class StreamReads {
  constructor(
    private readonly db: Db,
    private readonly pools: HotSqlPools,
  ) {}

  async exists(scope: EnvScope, streamId: string): Promise<boolean> {
    return (await this.db.queryOne(EXISTS, [streamId, scope.envId])) !== undefined;
  }

  /** Throws NotFoundError, also for streams of other envs. */
  async require(scope: EnvScope, streamId: string): Promise<void> {
    if (!(await this.exists(scope, streamId))) throw new NotFoundError('Stream');
  }

  /** Runs of these streams whose id is at least `sinceId`, and those of `openRunIds` that have ended. All tenants. */
  async latelyAcrossTenants(
    streamIds: readonly string[],
    sinceId: string,
    openRunIds: readonly string[],
  ): Promise<readonly LateRun[]> {
    const rows = await this.pools.scanning.rows<{
      run_id: string;
      stream_id: string;
      env_id: string;
      status: number;
    }>(LATELY, [streamIds, sinceId, openRunIds]);
    return rows.map((row) => ({
      runId: row.run_id,
      streamId: row.stream_id,
      envId: row.env_id,
      status: row.status % TASK,
      isTask: row.status > TASK,
    }));
  }
}
