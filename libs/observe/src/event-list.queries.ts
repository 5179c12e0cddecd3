/**
 * Tables: event, event_unhandled, dispatch, run, event_bucket. Read-only.
 *
 * Lists of events, newest first by id. Unhandled and waiting ones are exceptions with short lists of their own; those
 * lead to the events, and not the other way round.
 */
import { Injectable } from '@nestjs/common';
import { EVENT_SOURCES, EVENT_STATES, type EventStateName } from '@app/contracts';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import {
  chosenValues,
  COUNT_CAP,
  keysetPage,
  keysetStart,
  type FacetCounts,
  type KeysetStart,
  type ListPage,
  type PagePosition,
} from '@app/platform/lists';
import { EventCounterQueries } from './event-counters.queries';
import { chosenTypes, type EventFilter } from './event-filter';
import { EVENT_SOURCE_IDS, EVENT_STATE, sourceName, withHandlers, type EventRecord } from './event-record';
import { EventTypeQueries } from './event-types.queries';
import { idBounds } from './run-counters.queries';
import { partialId } from './run-list.queries';
import { conjunction, SqlParams } from './sql-params';

const COLUMNS = `e.event_id, e.retention_class, e.env_id, e.event_type, e.event_data, e.source, e.event_time,
  e.stream_id, e.origin_run_id`;

interface Choice {
  readonly states: readonly EventStateName[];
  readonly sources: readonly number[] | undefined;
  readonly types: readonly string[] | undefined;
}

@Injectable()
export class EventListQueries {
  constructor(
    private readonly db: Db,
    private readonly types: EventTypeQueries,
    private readonly counters: EventCounterQueries,
  ) {}

  async list(
    scope: EnvScope,
    filter: EventFilter,
    position: PagePosition,
    withFacets: boolean,
  ): Promise<{ readonly page: ListPage<EventRecord>; readonly facets: FacetCounts | undefined }> {
    const choice = await this.choice(scope, filter);
    const start = keysetStart(position);
    const [read, count, facets] = await Promise.all([
      this.read(scope, filter, choice, start),
      this.count(scope, filter, choice),
      withFacets ? this.facets(scope, filter, choice) : undefined,
    ]);
    return { page: keysetPage(read, start, (row) => row.event_id, count), facets };
  }

  /** The newest that match, without counting. */
  async newest(scope: EnvScope, filter: EventFilter, limit: number): Promise<readonly EventRecord[]> {
    const choice = await this.choice(scope, filter);
    const start = keysetStart({ limit, offset: 0, cursor: undefined });
    return (await this.read(scope, filter, choice, start)).slice(0, limit);
  }

  private async choice(scope: EnvScope, filter: EventFilter): Promise<Choice> {
    const byType = filter.types !== undefined || filter.search?.kind === 'text';
    return {
      states: chosenValues(EVENT_STATES, filter.states),
      sources:
        filter.sources === undefined
          ? undefined
          : chosenValues(EVENT_SOURCES, filter.sources).map((name) => EVENT_SOURCE_IDS[name]),
      types: byType ? chosenTypes(filter, await this.types.seen(scope)) : undefined,
    };
  }

  private read(
    scope: EnvScope,
    filter: EventFilter,
    choice: Choice,
    start: KeysetStart,
  ): Promise<readonly EventRecord[]> {
    const p = new SqlParams();
    const order = start.backwards ? 'ASC' : 'DESC';
    const most = p.add(start.skip + start.limit + 1);
    const beyond = (column: string): string | undefined =>
      start.beyond === null
        ? undefined
        : `${column} ${start.backwards ? '>' : '<'} ${p.add(start.beyond)}::uuid`;
    const found = matching(p, scope, filter, choice, (from, where, id) => {
      return `${from} WHERE ${conjunction([where, beyond(id)])} ORDER BY ${id} ${order} LIMIT ${most}`;
    });
    const page = `SELECT * FROM (${found}) u ORDER BY event_id ${order}
      OFFSET ${p.add(start.skip)} LIMIT ${p.add(start.limit + 1)}`;
    return this.db.query<EventRecord>(withHandlers(page, `e.event_id ${order}`), p.values);
  }

  private async count(
    scope: EnvScope,
    filter: EventFilter,
    choice: Choice,
  ): Promise<{ readonly total: number; readonly capped: boolean }> {
    const counted = filter.search === undefined && choice.sources === undefined && choice.types === undefined;
    if (counted && choice.states.length === EVENT_STATES.length) {
      const totals = await this.counters.totals(scope, filter.range);
      return { total: totals.accepted, capped: false };
    }
    const p = new SqlParams();
    const cut: Cut = (from, where, id) => `${from} WHERE ${where} ORDER BY ${id} DESC LIMIT ${COUNT_CAP + 1}`;
    // The short lists of exceptions are enough to count them, unless something of the event itself is asked for.
    const bare =
      choice.sources === undefined && filter.search?.kind !== 'id' && !choice.states.includes('handled');
    const found = bare
      ? countedExceptions(p, scope, filter, choice, cut)
      : matching(p, scope, filter, choice, cut);
    const row = await this.db.queryOne<{ count: number }>(
      `SELECT count(*)::int AS count FROM (SELECT event_id FROM (${found}) u LIMIT ${COUNT_CAP + 1}) v`,
      p.values,
    );
    const count = row?.count ?? 0;
    return { total: Math.min(count, COUNT_CAP), capped: count > COUNT_CAP };
  }

  /** Counts per value under the other filters, among the newest 10,000 that match the text and type filters. */
  private async facets(scope: EnvScope, filter: EventFilter, choice: Choice): Promise<FacetCounts> {
    const p = new SqlParams();
    const found = matching(
      p,
      scope,
      filter,
      { states: EVENT_STATES, sources: undefined, types: choice.types },
      (from, where, id) => `${from} WHERE ${where} ORDER BY ${id} DESC LIMIT ${COUNT_CAP}`,
    );
    const rows = await this.db.query<{ source: number; state: EventStateName; count: number }>(
      `SELECT source, state, count(*)::int AS count
         FROM (SELECT e.source, ${EVENT_STATE} AS state FROM (${found}) e LIMIT ${COUNT_CAP}) f GROUP BY 1, 2`,
      p.values,
    );
    const sum = (of: (row: (typeof rows)[number]) => boolean): number =>
      rows.filter(of).reduce((total, row) => total + row.count, 0);
    const present = (values: readonly { readonly value: string; readonly count: number }[]) =>
      values.filter(({ count }) => count > 0);
    return {
      state: present(
        EVENT_STATES.map((value) => ({
          value,
          count: sum((row) => row.state === value && (choice.sources?.includes(row.source) ?? true)),
        })),
      ),
      source: present(
        EVENT_SOURCES.map((value) => ({
          value,
          count: sum((row) => sourceName(row.source) === value && choice.states.includes(row.state)),
        })),
      ),
    };
  }
}

type Cut = (from: string, where: string, id: string) => string;

/** SQL of the events that match, as one or several short scans; `cut` orders and bounds each. */
function matching(p: SqlParams, scope: EnvScope, filter: EventFilter, choice: Choice, cut: Cut): string {
  const { states } = choice;
  const exceptions = states.filter((state) => state !== 'handled');
  if (!states.includes('handled')) {
    const scans = exceptions.map((state) => throughExceptions(p, scope, filter, choice, cut, state));
    return scans.length === 0
      ? `SELECT ${COLUMNS} FROM hot.event e WHERE false`
      : scans.map((scan) => `(${scan})`).join(' UNION ALL ');
  }
  const missing = EVENT_STATES.filter((state) => !states.includes(state)).map(notInState);
  const where = (): string =>
    conjunction([
      `e.env_id = ${p.add(scope.envId)}`,
      eventConditions(p, filter, choice, 'e.event_id'),
      ...missing,
    ]);
  const from = `SELECT ${COLUMNS} FROM hot.event e`;
  if (choice.types === undefined) return cut(from, where(), 'e.event_id');
  // One scan per type: within a type the index knows the order.
  return `SELECT t.* FROM unnest(${p.add(choice.types)}::text[]) AS want(event_type)
    CROSS JOIN LATERAL (${cut(from, `${where()} AND e.event_type = want.event_type`, 'e.event_id')}) t`;
}

function countedExceptions(
  p: SqlParams,
  scope: EnvScope,
  filter: EventFilter,
  choice: Choice,
  cut: Cut,
): string {
  const scans = choice.states.map((state) => {
    const [table, own] = exceptionsOf(state);
    const types =
      choice.types === undefined ? undefined : `x.event_type = ANY (${p.add(choice.types)}::text[])`;
    const where = conjunction([
      `x.env_id = ${p.add(scope.envId)}${own}`,
      types,
      eventConditions(p, filter, choice, 'x.event_id'),
    ]);
    return `(${cut(`SELECT x.event_id FROM ${table} x`, where, 'x.event_id')})`;
  });
  return scans.length === 0 ? 'SELECT NULL::uuid AS event_id WHERE false' : scans.join(' UNION ALL ');
}

const exceptionsOf = (state: EventStateName): readonly [string, string] =>
  state === 'unhandled' ? ['hot.event_unhandled', ''] : ['hot.dispatch', ' AND x.kind = 1'];

function throughExceptions(
  p: SqlParams,
  scope: EnvScope,
  filter: EventFilter,
  choice: Choice,
  cut: Cut,
  state: EventStateName,
): string {
  const [table, own] = exceptionsOf(state);
  const from = `SELECT ${COLUMNS} FROM ${table} x
    CROSS JOIN LATERAL (SELECT * FROM hot.event e0
      WHERE e0.event_id = x.event_id AND e0.retention_class = x.retention_class LIMIT 1) e`;
  const types =
    choice.types === undefined ? undefined : `x.event_type = ANY (${p.add(choice.types)}::text[])`;
  const where = conjunction([
    `x.env_id = ${p.add(scope.envId)}${own}`,
    types,
    eventConditions(p, filter, choice, 'x.event_id'),
  ]);
  return cut(from, where, 'x.event_id');
}

const notInState = (state: EventStateName): string =>
  state === 'unhandled'
    ? 'NOT EXISTS (SELECT 1 FROM hot.event_unhandled n WHERE n.event_id = e.event_id)'
    : 'NOT EXISTS (SELECT 1 FROM hot.dispatch d WHERE d.event_id = e.event_id AND d.kind = 1)';

function eventConditions(p: SqlParams, { range, search }: EventFilter, choice: Choice, id: string): string {
  const exact = search?.kind === 'id' || (search?.kind === 'partial-id' && search.suffix === null);
  return conjunction([
    exact ? undefined : idBounds(p, id, range),
    search?.kind === 'id'
      ? `(e.event_id = ${p.add(search.id)}::uuid OR e.stream_id = ${p.add(search.id)}::uuid)`
      : undefined,
    search?.kind === 'partial-id' ? partialId(p, id, search) : undefined,
    choice.sources === undefined ? undefined : `e.source = ANY (${p.add(choice.sources)}::smallint[])`,
  ]);
}
