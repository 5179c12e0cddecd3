/**
 * Tables: stream, dispatch, run, event, stream_data. Read-only.
 *
 * A stream is active while live work belongs to it. It failed when a run in it failed for good: a failed attempt that
 * was followed by another one is not the end of the story.
 */
import { Injectable } from '@nestjs/common';
import { STREAM_STATES, type StreamStateName } from '@app/contracts';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import {
  chosenValues,
  COUNT_CAP,
  escapeLike,
  keysetPage,
  keysetStart,
  parseSearch,
  parseValues,
  type ListPage,
  type PagePosition,
  type SearchTerm,
  type TimeRange,
} from '@app/platform/lists';
import { idBounds } from './run-counters.queries';
import { partialId } from './run-list.queries';
import { conjunction, SqlParams } from './sql-params';

export interface StreamRecord {
  readonly stream_id: string;
  readonly state: StreamStateName;
  readonly root_label: string | null;
  readonly runs: number;
  readonly events: number;
  readonly failed_runs: number;
  readonly started_at: Date;
  readonly last_activity_at: Date;
}

export interface StreamFilter {
  readonly range: TimeRange;
  readonly states: readonly StreamStateName[];
  readonly search: SearchTerm | undefined;
  /** Streams with finished runs of this agent. */
  readonly agentType?: string | undefined;
}

export const parseStreamFilter = (
  input: { readonly q?: string | undefined; readonly state?: string | undefined },
  range: TimeRange,
): StreamFilter => ({
  range,
  states: chosenValues(STREAM_STATES, parseValues('state', input.state, STREAM_STATES)),
  search: parseSearch(input.q),
});

const IS_ACTIVE = 'EXISTS (SELECT 1 FROM hot.dispatch d WHERE d.stream_id = s.stream_id AND d.state <> 4)';
const HAS_FAILED = `(s.failed_runs > 0 AND EXISTS (
    SELECT 1 FROM hot.run r WHERE r.stream_id = s.stream_id AND r.status = 3
       AND NOT EXISTS (SELECT 1 FROM hot.run n WHERE n.stream_id = s.stream_id AND n.retry_of_run_id = r.run_id)))`;
const STATE = `CASE WHEN ${IS_ACTIVE} THEN 'active' WHEN ${HAS_FAILED} THEN 'failed' ELSE 'settled' END`;

const COLUMNS = `s.stream_id, ${STATE} AS state, s.root_label, s.total_runs AS runs, s.total_events AS events,
  s.failed_runs, s.created_at AS started_at, s.last_activity_at`;

@Injectable()
export class StreamQueries {
  constructor(private readonly db: Db) {}

  async list(scope: EnvScope, filter: StreamFilter, position: PagePosition): Promise<ListPage<StreamRecord>> {
    const start = keysetStart(position);
    const order = start.backwards ? 'ASC' : 'DESC';
    const p = new SqlParams();
    const beyond =
      start.beyond === null
        ? undefined
        : `s.stream_id ${start.backwards ? '>' : '<'} ${p.add(start.beyond)}::uuid`;
    const sql = `SELECT ${COLUMNS} FROM hot.stream s
      WHERE ${conjunction([conditions(p, scope, filter), beyond])}
      ORDER BY s.stream_id ${order} OFFSET ${p.add(start.skip)} LIMIT ${p.add(start.limit + 1)}`;
    const [read, count] = await Promise.all([
      this.db.query<StreamRecord>(sql, p.values),
      this.count(scope, filter),
    ]);
    return keysetPage(read, start, (row) => row.stream_id, count);
  }

  find(scope: EnvScope, streamId: string): Promise<StreamRecord | undefined> {
    return this.db.queryOne<StreamRecord>(
      `SELECT ${COLUMNS} FROM hot.stream s WHERE s.stream_id = $2 AND s.env_id = $1`,
      [scope.envId, streamId],
    );
  }

  /**
   * Totals of the streams that began in a range, for the dashboard. The order inside the count changes nothing but the
   * plan: without it, a bounded count may read the table from its beginning, through everybody's rows.
   */
  async totals(
    scope: EnvScope,
    range: TimeRange,
  ): Promise<{
    readonly total: number;
    readonly capped: boolean;
    readonly failed: number;
    readonly active: number;
  }> {
    const p = new SqlParams();
    const env = p.add(scope.envId);
    const row = await this.db.queryOne<{ total: number; failed: number; active: number }>(
      `SELECT (SELECT count(*)::int FROM (
                SELECT 1 FROM hot.stream s WHERE s.env_id = ${env} AND ${idBounds(p, 's.stream_id', range)}
                ORDER BY s.stream_id DESC LIMIT ${COUNT_CAP + 1}) c) AS total,
              (SELECT count(DISTINCT r.stream_id)::int FROM (
                SELECT r.stream_id, r.run_id, r.event_id FROM hot.run r
                 WHERE r.env_id = ${env} AND r.status = 3 AND ${idBounds(p, 'r.run_id', range)}
                 ORDER BY r.run_id DESC LIMIT 2000) r
                WHERE NOT EXISTS (SELECT 1 FROM hot.run n
                                   WHERE n.event_id = r.event_id AND n.retry_of_run_id = r.run_id)
                  AND NOT EXISTS (SELECT 1 FROM hot.dispatch d
                                   WHERE d.stream_id = r.stream_id AND d.state <> 4)) AS failed,
              (SELECT count(DISTINCT d.stream_id)::int FROM hot.dispatch d
                WHERE d.env_id = ${env} AND d.state <> 4) AS active`,
      p.values,
    );
    const total = row?.total ?? 0;
    return {
      total: Math.min(total, COUNT_CAP),
      capped: total > COUNT_CAP,
      failed: row?.failed ?? 0,
      active: row?.active ?? 0,
    };
  }

  private async count(
    scope: EnvScope,
    filter: StreamFilter,
  ): Promise<{ readonly total: number; readonly capped: boolean }> {
    const p = new SqlParams();
    const row = await this.db.queryOne<{ count: number }>(
      `SELECT count(*)::int AS count FROM (
         SELECT 1 FROM hot.stream s WHERE ${conditions(p, scope, filter)}
          ORDER BY s.stream_id DESC LIMIT ${COUNT_CAP + 1}) c`,
      p.values,
    );
    const count = row?.count ?? 0;
    return { total: Math.min(count, COUNT_CAP), capped: count > COUNT_CAP };
  }
}

function conditions(
  p: SqlParams,
  scope: EnvScope,
  { range, states, search, agentType }: StreamFilter,
): string {
  const exact = search?.kind === 'id' || (search?.kind === 'partial-id' && search.suffix === null);
  return conjunction([
    `s.env_id = ${p.add(scope.envId)}`,
    exact ? undefined : idBounds(p, 's.stream_id', range),
    agentType === undefined
      ? undefined
      : `EXISTS (SELECT 1 FROM hot.run r WHERE r.stream_id = s.stream_id AND r.env_id = s.env_id
           AND r.agent_type = ${p.add(agentType)})`,
    search?.kind === 'id' ? `s.stream_id = ${p.add(search.id)}::uuid` : undefined,
    search?.kind === 'partial-id' ? partialId(p, 's.stream_id', search) : undefined,
    search?.kind === 'text' ? `s.root_label ILIKE ${p.add(`%${escapeLike(search.text)}%`)}` : undefined,
    states.length === STREAM_STATES.length ? undefined : stateCondition(p, scope, states),
  ]);
}

function stateCondition(p: SqlParams, scope: EnvScope, states: readonly StreamStateName[]): string {
  if (states.length === 0) return 'false';
  // Live work is little: its streams are looked up, instead of asking every stream for work.
  if (states.length === 1 && states[0] === 'active') {
    return `s.stream_id IN (SELECT d.stream_id FROM hot.dispatch d
      WHERE d.env_id = ${p.add(scope.envId)} AND d.state <> 4)`;
  }
  if (states.length === 1 && states[0] === 'failed') return `${HAS_FAILED} AND NOT ${IS_ACTIVE}`;
  return `(${STATE}) = ANY (${p.add(states)}::text[])`;
}
