/** Tables: event, event_unhandled, dispatch, run, project, stream_data. Read-only. What a stream consists of, oldest first. */
import { Injectable } from '@nestjs/common';
import { idTimeMs, type EnvScope } from '@app/kernel';
import type { StreamDataRow } from '@app/contracts';
import { Db } from '@app/platform/database';
import { COUNT_CAP, keysetPage, keysetStart, type ListPage, type PagePosition } from '@app/platform/lists';
import { EVENT_STATE } from './event-record';
import { FINISHED_RUN_COLUMNS, IS_LIVE_RUN, LIVE_RUN_COLUMNS } from './run-record';
import { conjunction, SqlParams } from './sql-params';

export interface StreamMemberRecord {
  readonly kind: 'event' | 'run';
  readonly id: string;
  readonly parent_id: string | null;
  readonly label: string | null;
  readonly state: 'handled' | 'unhandled' | 'pending' | null;
  readonly source: number | null;
  readonly run_type: number | null;
  readonly status: number | null;
  readonly project: string | null;
  readonly attempt: number | null;
  readonly retry_of_run_id: string | null;
  readonly at: Date;
  readonly stopped_at: Date | null;
  readonly duration_us: number | null;
}

export interface StreamRoot {
  readonly event_id: string;
  readonly source: number;
  readonly origin_run_id: string | null;
  readonly access_id: string | null;
  readonly created_by_user_id: string | null;
  readonly retention_class: number;
  readonly event_time: Date;
}

@Injectable()
export class StreamMemberQueries {
  constructor(private readonly db: Db) {}

  /** The event that began it. */
  root(scope: EnvScope, streamId: string): Promise<StreamRoot | undefined> {
    return this.db.queryOne<StreamRoot>(
      `SELECT event_id, source, origin_run_id, access_id, created_by_user_id, retention_class, event_time
         FROM hot.event WHERE stream_id = $2 AND env_id = $1 ORDER BY event_id LIMIT 1`,
      [scope.envId, streamId],
    );
  }

  /** Events and runs in order of their beginnings. Ids of both kinds sort by time, so one cursor serves both. */
  async members(
    scope: EnvScope,
    streamId: string,
    position: PagePosition,
  ): Promise<ListPage<StreamMemberRecord>> {
    const start = keysetStart(position);
    const order = start.backwards ? 'DESC' : 'ASC';
    const p = new SqlParams();
    const most = p.add(start.skip + start.limit + 1);
    const part = (columns: string, from: string, id: string, more?: string): string => {
      const alias = id.split('.', 1)[0] ?? '';
      const where = conjunction([
        `${alias}.stream_id = ${p.add(streamId)} AND ${alias}.env_id = ${p.add(scope.envId)}`,
        more,
        start.beyond === null
          ? undefined
          : `${id} ${start.backwards ? '<' : '>'} ${p.add(start.beyond)}::uuid`,
      ]);
      return `(SELECT ${columns} FROM ${from} WHERE ${where} ORDER BY ${id} ${order} LIMIT ${most})`;
    };
    const runs = `SELECT 'run' AS kind, x.run_id AS id, x.event_id AS parent_id, x.function_name AS label,
        NULL::text AS state, NULL::int AS source, x.run_type::int AS run_type, x.status, x.project_id,
        x.attempt::int AS attempt, x.retry_of_run_id, x.started_at AS at, x.stopped_at, x.duration_us
      FROM (${part(LIVE_RUN_COLUMNS, 'hot.dispatch d', 'd.run_id', IS_LIVE_RUN)} UNION ALL
            ${part(FINISHED_RUN_COLUMNS, 'hot.run r', 'r.run_id')}) x`;
    const events = part(
      `'event' AS kind, e.event_id AS id, e.origin_run_id AS parent_id, e.event_type AS label, ${EVENT_STATE} AS state,
       e.source::int, NULL::int, NULL::int, NULL::uuid, NULL::int, NULL::uuid, e.event_time, NULL::timestamptz,
       NULL::bigint`,
      'hot.event e',
      'e.event_id',
    );
    const [read, count] = await Promise.all([
      this.db.query<StreamMemberRecord>(
        `SELECT u.*, p.name AS project
           FROM (SELECT * FROM (${runs} UNION ALL ${events}) m ORDER BY id ${order}
                 OFFSET ${p.add(start.skip)} LIMIT ${p.add(start.limit + 1)}) u
           LEFT JOIN hot.project p ON p.project_id = u.project_id
          ORDER BY u.id ${order}`,
        p.values,
      ),
      this.countMembers(scope, streamId),
    ]);
    return keysetPage(read, start, (row) => row.id, count);
  }

  async data(
    scope: EnvScope,
    streamId: string,
    runId: string | undefined,
    position: PagePosition,
  ): Promise<ListPage<StreamDataRow>> {
    const start = keysetStart(position);
    const order = start.backwards ? 'DESC' : 'ASC';
    const p = new SqlParams();
    const matches = conjunction([
      `stream_id = ${p.add(streamId)} AND env_id = ${p.add(scope.envId)}`,
      runId === undefined ? undefined : `run_id = ${p.add(runId)}`,
    ]);
    const counted = this.db.queryOne<{ count: number }>(
      `SELECT count(*)::int AS count FROM (
         SELECT 1 FROM hot.stream_data WHERE ${matches} LIMIT ${COUNT_CAP + 1}) c`,
      [...p.values],
    );
    const beyond =
      start.beyond === null
        ? 'true'
        : `stream_data_id ${start.backwards ? '<' : '>'} ${p.add(start.beyond)}::uuid`;
    const [read, count] = await Promise.all([
      this.db.query<Omit<StreamDataRow, 'at'>>(
        `SELECT stream_data_id, run_id, data_type, payload FROM hot.stream_data
          WHERE ${matches} AND ${beyond}
          ORDER BY stream_data_id ${order} OFFSET ${p.add(start.skip)} LIMIT ${p.add(start.limit + 1)}`,
        p.values,
      ),
      counted,
    ]);
    const total = count?.count ?? 0;
    // The id was made when the piece was emitted: its time is the time of the piece.
    const rows = read.map((row) => ({
      ...row,
      at: new Date(idTimeMs(row.stream_data_id) ?? 0).toISOString(),
    }));
    return keysetPage(rows, start, (row) => row.stream_data_id, {
      total: Math.min(total, COUNT_CAP),
      capped: total > COUNT_CAP,
    });
  }

  private async countMembers(
    scope: EnvScope,
    streamId: string,
  ): Promise<{ readonly total: number; readonly capped: boolean }> {
    const row = await this.db.queryOne<{ count: number }>(
      `SELECT (SELECT count(*) FROM (SELECT 1 FROM hot.event e
                 WHERE e.stream_id = $2 AND e.env_id = $1 LIMIT ${COUNT_CAP + 1}) a)::int
            + (SELECT count(*) FROM (SELECT 1 FROM hot.run r
                 WHERE r.stream_id = $2 AND r.env_id = $1 LIMIT ${COUNT_CAP + 1}) b)::int
            + (SELECT count(*) FROM hot.dispatch d
                 WHERE d.stream_id = $2 AND d.env_id = $1 AND ${IS_LIVE_RUN})::int AS count`,
      [scope.envId, streamId],
    );
    const count = row?.count ?? 0;
    return { total: Math.min(count, COUNT_CAP), capped: count > COUNT_CAP };
  }
}
