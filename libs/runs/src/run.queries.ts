/** Tables: run, dispatch, project, run_bucket. Reads only. */
import { LargeValues } from '@app/blobs';
import { idFloor, NotFoundError, pageOf, type EnvScope, type Page, type Paging } from '@app/kernel';
import { HotSqlPools } from '@app/dispatch';
import { Db, statement } from '@app/platform/database';
import { RunCounters, type RunCountFilter } from '@app/stats';
import { Injectable } from '@nestjs/common';
import { FINISHED_COLUMNS, IS_LIVE_RUN, LIVE_COLUMNS, toRunView, type RunRow } from './run-row.sql';
import type { RunView } from './run.view';

const WITH_PROJECT = (rows: string) =>
  `SELECT x.*, p.name AS project_name FROM (${rows}) x LEFT JOIN hot.project p ON p.project_id = x.project_id`;

const BY_IDS = statement(
  'runs_by_ids',
  `${WITH_PROJECT(`
     SELECT ${FINISHED_COLUMNS} FROM hot.run r WHERE r.env_id = $1 AND r.run_id = ANY($2::uuid[])
     UNION ALL
     SELECT ${LIVE_COLUMNS} FROM hot.dispatch d WHERE d.env_id = $1 AND d.run_id = ANY($2::uuid[]) AND ${IS_LIVE_RUN}`)}`,
);

const BY_EVENT = statement(
  'runs_by_event',
  `${WITH_PROJECT(`
     SELECT ${FINISHED_COLUMNS} FROM hot.run r WHERE r.event_id = $2 AND r.env_id = $1
     UNION ALL
     SELECT ${LIVE_COLUMNS} FROM hot.dispatch d WHERE d.event_id = $2 AND d.env_id = $1 AND ${IS_LIVE_RUN}`)}
   ORDER BY x.run_id DESC`,
);

/** The newest runs of a stream, tasks aside, in the order they began. */
const OF_STREAM = statement(
  'runs_of_stream',
  `SELECT * FROM (
     ${WITH_PROJECT(`
       (SELECT ${FINISHED_COLUMNS} FROM hot.run r
        WHERE r.stream_id = $2 AND r.env_id = $1 AND r.run_type <> 7 ORDER BY r.run_id DESC LIMIT $3)
       UNION ALL
       (SELECT ${LIVE_COLUMNS} FROM hot.dispatch d
        WHERE d.stream_id = $2 AND d.env_id = $1 AND ${IS_LIVE_RUN} AND coalesce(d.run_type, 2) <> 7
        ORDER BY d.run_id DESC LIMIT $3)`)}
     ORDER BY x.run_id DESC LIMIT $3) newest
   ORDER BY run_id`,
);

/**
 * Ids first, then the rows: what is skipped over is not fetched with its result. $2 status, $3 type, $4 project,
 * $5 lowest id, $6 limit, $7 offset, $8 end of the ids of history (exclusive), $9 end of the live ones.
 */
const PAGE = statement(
  'runs_page',
  `WITH ids AS MATERIALIZED (
     (SELECT r.run_id, true AS ended FROM hot.run r
      WHERE r.env_id = $1 AND r.run_id >= $5 AND r.run_id < $8
        AND CASE WHEN $2::smallint IS NULL THEN true ELSE r.status = $2 END
        AND CASE WHEN $3::smallint IS NULL THEN r.run_type <> 7 ELSE r.run_type = $3 END
        AND ($4::uuid IS NULL OR r.project_id = $4)
      ORDER BY r.run_id DESC LIMIT $6::bigint + $7::bigint)
     UNION ALL
     (SELECT d.run_id, false FROM hot.dispatch d
      WHERE d.env_id = $1 AND d.run_id >= $5 AND d.run_id < $9 AND ${IS_LIVE_RUN}
        AND ($2::smallint IS NULL OR (CASE d.state WHEN 2 THEN 1 ELSE 5 END) = $2)
        AND CASE WHEN $3::smallint IS NULL THEN coalesce(d.run_type, 2) <> 7 ELSE d.run_type = $3 END
        AND ($4::uuid IS NULL OR d.project_id = $4)
      ORDER BY d.run_id DESC LIMIT $6::bigint + $7::bigint)
     ORDER BY run_id DESC LIMIT $6 OFFSET $7)
   ${WITH_PROJECT(`
     SELECT ${FINISHED_COLUMNS} FROM hot.run r
     WHERE r.env_id = $1 AND r.run_id = ANY(ARRAY(SELECT run_id FROM ids WHERE ended))
     UNION ALL
     SELECT ${LIVE_COLUMNS} FROM hot.dispatch d
     WHERE d.env_id = $1 AND d.run_id = ANY(ARRAY(SELECT run_id FROM ids WHERE NOT ended)) AND ${IS_LIVE_RUN}`)}
   ORDER BY x.run_id DESC`,
);

/**
 * Walks the counters instead of the runs: the newest bucket in which the wanted offset falls, and how many matching
 * finished runs are newer than it.
 */
const BUCKET_AT = statement(
  'runs_bucket_at',
  `WITH b AS (
     SELECT bucket_start, max(granularity) AS granularity, sum(count) AS n FROM hot.run_bucket
     WHERE env_id = $1 AND granularity IN (1, 2)
       AND ($2::smallint IS NULL OR status = $2)
       AND CASE WHEN $3::smallint IS NULL THEN run_type <> 7 ELSE run_type = $3 END
       AND ($4::uuid IS NULL OR project_id = $4)
     GROUP BY bucket_start),
   w AS (SELECT *, sum(n) OVER (ORDER BY bucket_start DESC) AS upto FROM b)
   SELECT extract(epoch FROM bucket_start)::float8 * 1000 AS start_ms, granularity, (upto - n)::bigint AS before
   FROM w WHERE upto > $5 ORDER BY bucket_start DESC LIMIT 1`,
);

const LOWEST_ID = '00000000-0000-0000-0000-000000000000';
const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const MINUTE_MS = 60_000;
/** Below this a plain OFFSET over an index is cheaper than asking the counters. */
const WALK_FROM_OFFSET = 2_000;

@Injectable()
export class RunReads {
  constructor(
    private readonly db: Db,
    private readonly counters: RunCounters,
    private readonly pools: HotSqlPools,
    private readonly values: LargeValues,
  ) {}

  /** Throws NotFoundError, also for runs of other envs. */
  async get(scope: EnvScope, runId: string): Promise<RunView> {
    const [run] = await this.getMany(scope, [runId]);
    if (run === undefined) throw new NotFoundError('Run');
    return run;
  }

  /** Those that exist in the env, in no order. */
  async getMany(scope: EnvScope, runIds: readonly string[]): Promise<readonly RunView[]> {
    // Asked for every end of a run that somebody follows: planned once, not every time.
    const rows = await this.pools.scanning.rows<RunRow>(BY_IDS, [scope.envId, runIds]);
    return this.filled(scope, rows.map(toRunView));
  }

  /** All runs of an event, newest first. */
  async ofEvent(scope: EnvScope, eventId: string, paging: Paging): Promise<Page<RunView>> {
    const rows = await this.db.query<RunRow>(BY_EVENT, [scope.envId, eventId]);
    const page = rows.slice(paging.offset, paging.offset + paging.limit);
    return pageOf(await this.filled(scope, page.map(toRunView)), rows.length, paging);
  }

  /** The newest runs of a stream, oldest first; tasks are not among them. */
  async ofStream(scope: EnvScope, streamId: string, limit: number): Promise<readonly RunView[]> {
    const rows = await this.db.query<RunRow>(OF_STREAM, [scope.envId, streamId, limit]);
    return this.filled(scope, rows.map(toRunView));
  }

  /** Newest first. Tasks only when their type is asked for. */
  async list(scope: EnvScope, filter: RunCountFilter, paging: Paging): Promise<Page<RunView>> {
    const total = await this.counters.total(scope, filter);
    if (paging.offset >= total) return pageOf([], total, paging);
    const from = await this.startOf(scope, filter, paging);
    const rows = await this.db.query<RunRow>(PAGE, [
      scope.envId,
      filter.status,
      filter.runType,
      filter.projectId,
      filter.fromMs === null ? LOWEST_ID : idFloor(filter.fromMs),
      paging.limit,
      paging.offset - from.before,
      from.below,
      from.below,
    ]);
    return pageOf(await this.filled(scope, rows.map(toRunView)), total, paging);
  }

  /** With the large values of their results put back. */
  private filled(scope: EnvScope, runs: readonly RunView[]): Promise<readonly RunView[]> {
    return this.values.fill(
      scope,
      runs,
      ({ runId, result }) => ({ ownerId: runId, text: result }),
      (run, result) => ({ ...run, result }),
    );
  }

  /**
   * Where a deep page begins. Live runs are few but anywhere: those newer than the bucket count as well, so the walk
   * starts as many rows earlier as there are live ones and counts them exactly afterwards.
   */
  private async startOf(
    scope: EnvScope,
    filter: RunCountFilter,
    paging: Paging,
  ): Promise<{ readonly below: string; readonly before: number }> {
    const nothing = { below: HIGHEST_ID, before: 0 };
    if (paging.offset < WALK_FROM_OFFSET || filter.status === 1 || filter.status === 5) return nothing;
    const live = await this.liveIds(scope, filter);
    const bucket = await this.db.queryOne<{ start_ms: number; granularity: number; before: number }>(
      BUCKET_AT,
      [
        scope.envId,
        filter.status,
        filter.runType,
        filter.projectId,
        Math.max(0, paging.offset - live.length),
      ],
    );
    if (bucket === undefined) return nothing;
    const below = idFloor(bucket.start_ms + (bucket.granularity === 2 ? 60 : 1) * MINUTE_MS);
    return { below, before: bucket.before + live.filter((runId) => runId >= below).length };
  }

  private async liveIds(scope: EnvScope, filter: RunCountFilter): Promise<readonly string[]> {
    if (filter.status !== null) return [];
    const rows = await this.db.query<{ run_id: string }>(LIVE_IDS, [
      scope.envId,
      filter.runType,
      filter.projectId,
    ]);
    return rows.map((row) => row.run_id);
  }
}

const LIVE_IDS = statement(
  'runs_live_ids',
  `SELECT d.run_id FROM hot.dispatch d
   WHERE d.env_id = $1 AND ${IS_LIVE_RUN}
     AND CASE WHEN $2::smallint IS NULL THEN coalesce(d.run_type, 2) <> 7 ELSE d.run_type = $2 END
     AND ($3::uuid IS NULL OR d.project_id = $3)`,
);
