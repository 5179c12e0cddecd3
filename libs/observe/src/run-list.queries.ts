/**
 * Tables: dispatch, run, project, build, event, run_bucket. Read-only.
 *
 * Lists of runs: live rows and history in one statement, newest first by id, whose time is the time of start. Each half
 * is cut to one page before they are put together, and names are looked up for that page only.
 */
import { Injectable } from '@nestjs/common';
import { BadRequestError, idFloor, idTimeMs, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import {
  COUNT_CAP,
  escapeLike,
  keysetPage,
  keysetStart,
  offsetPage,
  type FacetCounts,
  type KeysetStart,
  type ListPage,
  type PagePosition,
} from '@app/platform/lists';
import {
  idBounds,
  RunCounterQueries,
  TASK_RUN_TYPE,
  type CellFilter,
  type RunCell,
} from './run-counters.queries';
import { chosenStatusIds, chosenTypeIds, statusName, typeName, type RunFilter } from './run-filter';
import { FINISHED_RUN_COLUMNS, IS_LIVE_RUN, LIVE_RUN_COLUMNS, withNames, type RunRecord } from './run-record';
import { conjunction, SqlParams } from './sql-params';

const FINISHED = [2, 3, 4];
const LIVE_STATES: Readonly<Record<number, number>> = { 1: 2, 5: 3 };
/** Offsets up to here are skipped over; further ones are found through the counters. */
const PLAIN_OFFSET = 500;
/** Sorting by anything but time reads and sorts everything that matches. */
const MAX_SORTED = 200_000;

export interface RunListResult {
  readonly page: ListPage<RunRecord>;
  readonly facets: FacetCounts | undefined;
}

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

@Injectable()
export class RunListQueries {
  constructor(
    private readonly db: Db,
    private readonly counters: RunCounterQueries,
  ) {}

  async list(
    scope: EnvScope,
    filter: RunFilter,
    position: PagePosition,
    withFacets: boolean,
  ): Promise<RunListResult> {
    const projects = await this.projectsOf(scope, filter);
    const cells: CellFilter = {
      statusIds: filter.statuses === undefined ? undefined : chosenStatusIds(filter),
      typeIds: chosenTypeIds(filter),
      projects: projects.filter,
    };
    if (filter.sort.field === 'duration')
      return this.byDuration(scope, filter, cells, projects, position, withFacets);
    const start = keysetStart(position);
    const [counted, read] = await Promise.all([
      this.count(scope, filter, cells),
      this.read(scope, filter, cells, start),
    ]);
    return {
      page: keysetPage(read, start, (row) => row.run_id, counted),
      facets: withFacets ? facetsOf(counted.cells, cells, projects.names) : undefined,
    };
  }

  /** The newest that match, without counting. */
  async newest(scope: EnvScope, filter: RunFilter, limit: number): Promise<readonly RunRecord[]> {
    const projects = await this.projectsOf(scope, filter);
    const cells: CellFilter = {
      statusIds: filter.statuses === undefined ? undefined : chosenStatusIds(filter),
      typeIds: chosenTypeIds(filter),
      projects: projects.filter,
    };
    const start = keysetStart({ limit, offset: 0, cursor: undefined });
    return (await this.read(scope, filter, cells, start)).slice(0, limit);
  }

  /** All runs of an event or a stream, every attempt, newest first. */
  async related(
    scope: EnvScope,
    of: { readonly eventId: string } | { readonly streamId: string },
    limit: number,
  ): Promise<readonly RunRecord[]> {
    const p = new SqlParams();
    const [column, id] = 'eventId' in of ? ['event_id', of.eventId] : ['stream_id', of.streamId];
    const match = (alias: string): string =>
      `${alias}.${column} = ${p.add(id)} AND ${alias}.env_id = ${p.add(scope.envId)}`;
    return this.db.query<RunRecord>(
      withNames(
        `SELECT * FROM (
           (SELECT ${LIVE_RUN_COLUMNS} FROM hot.dispatch d WHERE ${match('d')} AND ${IS_LIVE_RUN}
             ORDER BY d.run_id DESC LIMIT ${p.add(limit)})
           UNION ALL
           (SELECT ${FINISHED_RUN_COLUMNS} FROM hot.run r WHERE ${match('r')}
             ORDER BY r.run_id DESC LIMIT ${p.add(limit)})) u
         ORDER BY run_id DESC LIMIT ${p.add(limit)}`,
        'x.run_id DESC',
      ),
      p.values,
    );
  }

  private async read(
    scope: EnvScope,
    filter: RunFilter,
    cells: CellFilter,
    start: KeysetStart,
  ): Promise<readonly RunRecord[]> {
    const jump =
      start.skip > PLAIN_OFFSET && isCounted(filter)
        ? await this.jump(scope, filter, cells, start.skip)
        : undefined;
    const windows = jump === undefined ? await this.windowsFor(scope, filter, cells, start) : undefined;
    const p = new SqlParams();
    const ascending = start.backwards === filter.sort.descending;
    const sql = pageSql(p, scope, filter, cells, {
      beyond: jump === undefined ? start.beyond : idFloor(jump.endMs),
      skip: jump === undefined ? start.skip : jump.skip,
      limit: start.limit + 1,
      ascending,
      windows,
    });
    return this.db.query<RunRecord>(withNames(sql, `x.run_id ${ascending ? 'ASC' : 'DESC'}`), p.values);
  }

  /** Where a deep offset begins. Finished rows are counted; the few live ones that are newer are looked at. */
  private async jump(
    scope: EnvScope,
    filter: RunFilter,
    cells: CellFilter,
    offset: number,
  ): Promise<{ readonly endMs: number; readonly skip: number } | undefined> {
    if (!filter.sort.descending) return undefined;
    const at = await this.counters.locate(scope, filter.range, cells, offset);
    if (at === undefined) return undefined;
    const p = new SqlParams();
    const live = await this.db.queryOne<{ count: number }>(
      `SELECT count(*)::int AS count FROM hot.dispatch d
        WHERE ${liveConditions(p, scope, filter, cells)} AND d.run_id >= ${p.add(idFloor(at.endMs))}::uuid`,
      p.values,
    );
    const skip = offset - at.before - (live?.count ?? 0);
    // Live rows pushed the offset into a newer counter: rare, and skipping from the top is only slower.
    return skip < 0 ? undefined : { endMs: at.endMs, skip };
  }

  /** Projects and types have no index of their own: when they are rare, the counters say where to look. */
  private async windowsFor(
    scope: EnvScope,
    filter: RunFilter,
    cells: CellFilter,
    start: KeysetStart,
  ): Promise<readonly Window[] | undefined> {
    const rare = cells.projects !== undefined || cells.typeIds !== undefined;
    if (!rare || !isCounted(filter) || start.backwards || !filter.sort.descending) return undefined;
    const beforeMs = start.beyond === null ? null : idTimeMs(start.beyond);
    return this.counters.windows(scope, filter.range, cells, start.skip + start.limit + 1, beforeMs);
  }

  private async byDuration(
    scope: EnvScope,
    filter: RunFilter,
    cells: CellFilter,
    projects: ProjectChoice,
    position: PagePosition,
    withFacets: boolean,
  ): Promise<RunListResult> {
    const counted = await this.count(scope, filter, cells);
    if (counted.total > MAX_SORTED) {
      throw new BadRequestError(
        `sort=duration works for up to ${MAX_SORTED} runs; narrow the time range or the filters`,
      );
    }
    const p = new SqlParams();
    const direction = filter.sort.descending ? 'DESC' : 'ASC';
    const duration = `coalesce(duration_us, (extract(epoch FROM now() - started_at) * 1000000)::bigint)`;
    const rows = await this.db.query<RunRecord>(
      withNames(
        `SELECT u.*, ${duration} AS sort_us FROM (
           SELECT ${LIVE_RUN_COLUMNS} FROM hot.dispatch d WHERE ${liveConditions(p, scope, filter, cells)}
           UNION ALL
           SELECT ${FINISHED_RUN_COLUMNS} FROM hot.run r WHERE ${finishedConditions(p, scope, filter, cells)}) u
         ORDER BY sort_us ${direction}, run_id DESC
         LIMIT ${p.add(position.limit)} OFFSET ${p.add(position.offset)}`,
        `x.sort_us ${direction}, x.run_id DESC`,
      ),
      p.values,
    );
    return {
      page: { ...offsetPage(rows, counted.total, position), totalIsCapped: counted.capped },
      facets: withFacets ? facetsOf(counted.cells, cells, projects.names) : undefined,
    };
  }

  private async count(
    scope: EnvScope,
    filter: RunFilter,
    cells: CellFilter,
  ): Promise<{ readonly cells: readonly RunCell[]; readonly total: number; readonly capped: boolean }> {
    if (isCounted(filter)) {
      const all = await this.counters.cells(scope, filter.range);
      return { cells: all, total: sumOf(all.filter((cell) => isIn(cell, cells))), capped: false };
    }
    // Nobody counts by text: look at the newest ones that match it, up to the cap.
    const p = new SqlParams();
    const some = await this.db.query<RunCell>(
      `SELECT project_id, run_type, status, count(*)::int AS count FROM (
         SELECT * FROM (
           SELECT d.project_id, coalesce(d.run_type, 2::smallint) AS run_type,
                  CASE d.state WHEN 3 THEN 5 ELSE 1 END AS status
             FROM hot.dispatch d WHERE ${liveConditions(p, scope, filter, {})}
           UNION ALL
           (SELECT r.project_id, r.run_type, r.status::int FROM hot.run r
             WHERE ${finishedConditions(p, scope, filter, {})}
             ORDER BY r.run_id DESC LIMIT ${COUNT_CAP + 1})) u
         LIMIT ${COUNT_CAP + 1}) v
       GROUP BY 1, 2, 3`,
      p.values,
    );
    const total = sumOf(some.filter((cell) => isIn(cell, cells)));
    return { cells: some, total: Math.min(total, COUNT_CAP), capped: sumOf(some) > COUNT_CAP };
  }

  private async projectsOf(scope: EnvScope, filter: RunFilter): Promise<ProjectChoice> {
    const rows = await this.db.query<{ project_id: string; name: string }>(
      `SELECT project_id, name FROM hot.project WHERE env_id = $1`,
      [scope.envId],
    );
    const names = new Map(rows.map(({ project_id, name }) => [project_id, name]));
    if (filter.projects === undefined) return { names, filter: undefined };
    const { values, negated } = filter.projects;
    const ids = rows.filter(({ name }) => values.includes(name)).map(({ project_id }) => project_id);
    return { names, filter: { ids, negated } };
  }
}

interface ProjectChoice {
  readonly names: ReadonlyMap<string, string>;
  readonly filter: CellFilter['projects'];
}

interface PageSql {
  readonly beyond: string | null;
  readonly skip: number;
  readonly limit: number;
  readonly ascending: boolean;
  readonly windows: readonly Window[] | undefined;
}

function pageSql(p: SqlParams, scope: EnvScope, filter: RunFilter, cells: CellFilter, page: PageSql): string {
  const order = page.ascending ? 'ASC' : 'DESC';
  const beyond = (column: string): string | undefined =>
    page.beyond === null ? undefined : `${column} ${page.ascending ? '>' : '<'} ${p.add(page.beyond)}::uuid`;
  const most = p.add(page.skip + page.limit);
  const halves: string[] = [];
  if (liveStatesOf(cells).length > 0) {
    halves.push(`(SELECT ${LIVE_RUN_COLUMNS} FROM hot.dispatch d
      WHERE ${conjunction([liveConditions(p, scope, filter, cells), beyond('d.run_id')])}
      ORDER BY d.run_id ${order} LIMIT ${most})`);
  }
  const statuses = finishedStatusesOf(cells);
  if (statuses.length > 0) {
    const finished = (more: string | undefined): string => `SELECT ${FINISHED_RUN_COLUMNS} FROM hot.run r
      WHERE ${conjunction([
        finishedConditions(p, scope, filter, { ...cells, statusIds: undefined }),
        beyond('r.run_id'),
        more,
      ])}
      ORDER BY r.run_id ${order} LIMIT ${most}`;
    halves.push(finishedHalf(p, statuses, page.windows, finished));
  }
  if (halves.length === 0) halves.push(`(SELECT ${LIVE_RUN_COLUMNS} FROM hot.dispatch d WHERE false)`);
  return `SELECT * FROM (${halves.join(' UNION ALL ')}) u
    ORDER BY run_id ${order} OFFSET ${p.add(page.skip)} LIMIT ${p.add(page.limit)}`;
}

/**
 * One scan per status, each with a value of its own: the index knows them in order within a status only. With a list of
 * them, or with a join, the planner does not know which one it looks for, and walks through everybody's rows for a rare one.
 */
function finishedHalf(
  p: SqlParams,
  statuses: readonly number[],
  windows: readonly Window[] | undefined,
  finished: (more: string | undefined) => string,
): string {
  if (windows !== undefined) {
    const from = p.add(windows.map(({ fromMs }) => idFloor(fromMs)));
    const to = p.add(windows.map(({ toMs }) => idFloor(toMs)));
    const status =
      statuses.length === FINISHED.length ? '' : ` AND r.status = ANY (${p.add(statuses)}::smallint[])`;
    return `(SELECT w.* FROM unnest(${from}::uuid[], ${to}::uuid[]) AS win(lo, hi)
      CROSS JOIN LATERAL (${finished(`r.run_id >= win.lo AND r.run_id < win.hi${status}`)}) w)`;
  }
  if (statuses.length === FINISHED.length) return `(${finished(undefined)})`;
  const each = statuses.map((status) => `(${finished(`r.status = ${p.add(status)}::smallint`)})`);
  return `(${each.join(' UNION ALL ')})`;
}

const liveStatesOf = (cells: CellFilter): readonly number[] =>
  (cells.statusIds ?? [1, 5]).map((id) => LIVE_STATES[id] ?? 0).filter((state) => state > 0);

const finishedStatusesOf = (cells: CellFilter): readonly number[] =>
  FINISHED.filter((id) => cells.statusIds?.includes(id) ?? true);

function liveConditions(p: SqlParams, scope: EnvScope, filter: RunFilter, cells: CellFilter): string {
  return conjunction([
    `d.env_id = ${p.add(scope.envId)} AND ${IS_LIVE_RUN}`,
    `d.state = ANY (${p.add(liveStatesOf(cells))}::smallint[])`,
    isById(filter) ? undefined : idBounds(p, 'd.run_id', filter.range),
    cells.typeIds === undefined
      ? `coalesce(d.run_type, 2::smallint) <> ${TASK_RUN_TYPE}`
      : `coalesce(d.run_type, 2::smallint) = ANY (${p.add(cells.typeIds)}::smallint[])`,
    projectCondition(p, 'd', cells),
    filter.agent === undefined
      ? undefined
      : `d.function_name = ANY (${p.add(filter.agent.functions)}::text[])`,
    textConditions(p, 'd', filter),
  ]);
}

function finishedConditions(p: SqlParams, scope: EnvScope, filter: RunFilter, cells: CellFilter): string {
  return conjunction([
    `r.env_id = ${p.add(scope.envId)}`,
    isById(filter) ? undefined : idBounds(p, 'r.run_id', filter.range),
    cells.statusIds === undefined
      ? undefined
      : `r.status = ANY (${p.add(finishedStatusesOf(cells))}::smallint[])`,
    cells.typeIds === undefined
      ? `r.run_type <> ${TASK_RUN_TYPE}`
      : `r.run_type = ANY (${p.add(cells.typeIds)}::smallint[])`,
    projectCondition(p, 'r', cells),
    filter.agent === undefined ? undefined : `r.agent_type = ${p.add(filter.agent.type)}`,
    textConditions(p, 'r', filter),
  ]);
}

function projectCondition(p: SqlParams, alias: string, { projects }: CellFilter): string | undefined {
  if (projects === undefined) return undefined;
  const match = `${alias}.project_id = ANY (${p.add(projects.ids)}::uuid[])`;
  return projects.negated ? `(${match}) IS NOT TRUE` : match;
}

function textConditions(p: SqlParams, alias: string, { functionText, search }: RunFilter): string {
  const contains = (text: string): string => `${alias}.function_name ILIKE ${p.add(`%${escapeLike(text)}%`)}`;
  return conjunction([
    functionText === undefined ? undefined : contains(functionText),
    search?.kind === 'text' ? contains(search.text) : undefined,
    search?.kind === 'id' ? anyId(p, alias, search.id) : undefined,
    search?.kind === 'partial-id' ? partialId(p, `${alias}.run_id`, search) : undefined,
  ]);
}

/** A run by its own id, or by the event or stream that it belongs to. */
function anyId(p: SqlParams, alias: string, id: string): string {
  const value = `${p.add(id)}::uuid`;
  return `(${alias}.run_id = ${value} OR ${alias}.event_id = ${value} OR ${alias}.stream_id = ${value})`;
}

export function partialId(
  p: SqlParams,
  column: string,
  search: { readonly from: string; readonly to: string; readonly suffix: string | null },
): string {
  const begins = `${column} BETWEEN ${p.add(search.from)}::uuid AND ${p.add(search.to)}::uuid`;
  return search.suffix === null
    ? begins
    : `(${begins} OR right(${column}::text, 12) = ${p.add(search.suffix)})`;
}

/** Whoever pastes an id wants that one, however old; a part of one that only ends alike is looked for in the range. */
const isById = ({ search }: RunFilter): boolean =>
  search?.kind === 'id' || (search?.kind === 'partial-id' && search.suffix === null);

/** Whether the counters know these filters. */
const isCounted = (filter: RunFilter): boolean =>
  filter.search === undefined && filter.functionText === undefined && filter.agent === undefined;

const sumOf = (cells: readonly RunCell[]): number => cells.reduce((sum, { count }) => sum + count, 0);

function isIn(cell: RunCell, { statusIds, typeIds, projects }: CellFilter): boolean {
  if (statusIds !== undefined && !statusIds.includes(cell.status)) return false;
  if (typeIds !== undefined && !typeIds.includes(cell.run_type)) return false;
  if (projects === undefined) return true;
  return (cell.project_id !== null && projects.ids.includes(cell.project_id)) !== projects.negated;
}

/** Counts per value of each filter under the other filters. */
function facetsOf(
  cells: readonly RunCell[],
  filter: CellFilter,
  projectNames: ReadonlyMap<string, string>,
): FacetCounts {
  const by = (
    nameOf: (cell: RunCell) => string | undefined,
    others: CellFilter,
  ): readonly { readonly value: string; readonly count: number }[] => {
    const counts = new Map<string, number>();
    for (const cell of cells) {
      const value = nameOf(cell);
      if (value !== undefined && isIn(cell, others)) counts.set(value, (counts.get(value) ?? 0) + cell.count);
    }
    return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
  };
  return {
    status: by((cell) => statusName(cell.status), { ...filter, statusIds: undefined }),
    type: by((cell) => typeName(cell.run_type), { ...filter, typeIds: undefined }),
    project: by((cell) => (cell.project_id === null ? undefined : projectNames.get(cell.project_id)), {
      ...filter,
      projects: undefined,
    }),
  };
}
