/** Tables: event_bucket, event, event_unhandled, dispatch. Read-only. How many events there are, from their counters. */
import { Injectable } from '@nestjs/common';
import { idFloor, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import type { TimeRange } from '@app/platform/lists';
import { idBounds, splitRange } from './run-counters.queries';
import { conjunction, SqlParams } from './sql-params';

export interface EventCounts {
  readonly accepted: number;
  readonly unhandled: number;
  readonly pending: number;
}

const ACCEPTED = 1;
const UNHANDLED = 3;

@Injectable()
export class EventCounterQueries {
  constructor(private readonly db: Db) {}

  async totals(scope: EnvScope, range: TimeRange): Promise<EventCounts> {
    const p = new SqlParams();
    const env = p.add(scope.envId);
    const row = await this.db.queryOne<EventCounts>(
      `SELECT coalesce(sum(count) FILTER (WHERE state = ${ACCEPTED}), 0)::bigint AS accepted,
              coalesce(sum(count) FILTER (WHERE state = ${UNHANDLED}), 0)::bigint AS unhandled,
              (SELECT count(*)::int FROM hot.dispatch d
                WHERE d.env_id = ${env} AND d.kind = 1 AND ${idBounds(p, 'd.event_id', range)}) AS pending
         FROM (${countedEvents(p, env, range)}) c`,
      p.values,
    );
    return row ?? { accepted: 0, unhandled: 0, pending: 0 };
  }
}

function countedEvents(p: SqlParams, env: string, range: TimeRange): string {
  if (range.fromMs === null && range.relative) {
    return `SELECT state, count FROM hot.event_bucket WHERE env_id = ${env} AND granularity = 0`;
  }
  const { whole, cuts } = splitRange(range);
  const counted = `SELECT state, count FROM hot.event_bucket
    WHERE env_id = ${env} AND granularity = ANY ('{1,2}'::smallint[]) AND ${conjunction([
      whole.fromMs === null ? undefined : `bucket_start >= ${p.add(new Date(whole.fromMs))}`,
      whole.toMs === null ? undefined : `bucket_start < ${p.add(new Date(whole.toMs))}`,
    ])}`;
  const cut = cuts.flatMap(({ fromMs, toMs }) => {
    const within = (table: string): string => `FROM hot.${table} x WHERE x.env_id = ${env}
      AND x.event_id >= ${p.add(idFloor(fromMs))}::uuid AND x.event_id < ${p.add(idFloor(toMs))}::uuid`;
    return [
      `SELECT ${ACCEPTED}::smallint, count(*) ${within('event')}`,
      `SELECT ${UNHANDLED}::smallint, count(*) ${within('event_unhandled')}`,
    ];
  });
  return [counted, ...cut].join(' UNION ALL ');
}
