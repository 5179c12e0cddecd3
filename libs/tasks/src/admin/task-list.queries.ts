/** Tables: task, project, build, task_message, event. Read-only. What the app shows of tasks. */
import { LargeValues } from '@app/blobs';
import type { TaskStatusName } from '@app/contracts';
import { idFloor, type EnvScope } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import {
  COUNT_CAP,
  escapeLike,
  keysetPage,
  keysetStart,
  type FacetCounts,
  type ListPage,
  type PagePosition,
  type SearchTerm,
  type TimeRange,
} from '@app/platform/lists';
import { TASK_COLUMNS, TASK_STATUSES, taskStatusName, type TaskRow } from '@app/tasks';
import { Injectable } from '@nestjs/common';

export interface TaskFilter {
  readonly range: TimeRange;
  readonly statuses: readonly TaskStatusName[] | undefined;
  /** Names. */
  readonly projects: readonly string[] | undefined;
  readonly search: SearchTerm | undefined;
}

export interface TaskRecord extends TaskRow {
  readonly project: string | null;
  readonly result_head: string | null;
  readonly compute_units: number;
  readonly size: string | null;
  readonly exit_code: number | null;
}

export interface TaskDetailRecord extends TaskRecord {
  readonly retry: string | null;
  /** JSON texts. */
  readonly container: string | null;
  readonly container_info: string | null;
  readonly retention_class: number;
  readonly by_user_id: string | null;
  readonly access_id: string | null;
  readonly build_hash: string | null;
  readonly build_deployed: boolean | null;
  readonly checkpoint_ms: number | null;
  readonly messages_waiting: number;
  readonly messages_taken: number;
  readonly cancel_requested: boolean;
  readonly has_input: boolean;
}

// $1 env, $2 statuses, $3 project names, $4 lowest id, $5 end of ids (exclusive), $6 text, $7 id or stream, $8 and $9 ids
// between, $10 last digits of an id.
const MATCHES = `t.env_id = $1 AND ($2::smallint[] IS NULL OR t.status = ANY ($2))
  AND ($3::text[] IS NULL OR t.project_id IN (SELECT q.project_id FROM hot.project q WHERE q.env_id = $1 AND q.name = ANY ($3)))
  AND ($4::uuid IS NULL OR t.task_id >= $4) AND ($5::uuid IS NULL OR t.task_id < $5)
  AND ($6::text IS NULL OR t.function_name ILIKE $6)
  AND ($7::uuid IS NULL OR t.task_id = $7 OR t.stream_id = $7 OR t.run_id = $7 OR t.origin_run_id = $7)
  AND ($8::uuid IS NULL OR t.task_id BETWEEN $8 AND $9 OR ($10::text IS NOT NULL AND right(t.task_id::text, 12) = $10))`;

const page = (order: 'ASC' | 'DESC') =>
  statement(
    `tasks_admin_page_${order.toLowerCase()}`,
    `SELECT ${TASK_COLUMNS}, p.name AS project, left(t.result, 400) AS result_head, t.compute_units::float8,
       t.size, t.exit_code
     FROM hot.task t LEFT JOIN hot.project p ON p.project_id = t.project_id
     WHERE ${MATCHES} AND ($11::uuid IS NULL OR t.task_id ${order === 'ASC' ? '>' : '<'} $11)
     ORDER BY t.task_id ${order} OFFSET $12 LIMIT $13`,
  );
const PAGES = { ASC: page('ASC'), DESC: page('DESC') } as const;

const COUNT = statement(
  'tasks_admin_count',
  `SELECT count(*)::int AS count FROM (SELECT 1 FROM hot.task t WHERE ${MATCHES} LIMIT ${COUNT_CAP + 1}) c`,
);

const FACETS = statement(
  'tasks_admin_facets',
  `SELECT f.status::int AS status, p.name AS project, count(*)::int AS count
   FROM (SELECT t.status, t.project_id FROM hot.task t WHERE ${MATCHES} ORDER BY t.task_id DESC LIMIT ${COUNT_CAP}) f
   LEFT JOIN hot.project p ON p.project_id = f.project_id GROUP BY 1, 2`,
);

const DETAIL = statement(
  'tasks_admin_detail',
  `SELECT ${TASK_COLUMNS}, p.name AS project, left(t.result, 20000) AS result_head, t.compute_units::float8,
     t.size, t.exit_code, t.container, t.container_info, t.retry,
     t.retention_class::int AS retention_class, t.by_user_id, t.access_id, b.hash AS build_hash,
     b.deployed AS build_deployed, extract(epoch FROM t.checkpoint_at)::float8 * 1000 AS checkpoint_ms,
     (SELECT count(*) FILTER (WHERE delivered_at IS NULL) FROM hot.task_message m WHERE m.task_id = t.task_id)::int
       AS messages_waiting,
     (t.message_seq - (SELECT count(*) FILTER (WHERE delivered_at IS NULL) FROM hot.task_message m
        WHERE m.task_id = t.task_id))::int AS messages_taken,
     EXISTS (SELECT 1 FROM hot.dispatch d WHERE d.dispatch_id = t.task_id AND d.cancel_requested = 1)
       AS cancel_requested,
     EXISTS (SELECT 1 FROM hot.event e WHERE e.event_id = t.task_id AND e.retention_class = t.retention_class)
       AS has_input
   FROM hot.task t LEFT JOIN hot.project p ON p.project_id = t.project_id
   LEFT JOIN hot.build b ON b.build_id = t.build_id
   WHERE t.env_id = $1 AND t.task_id = $2`,
);

const TEXTS = statement(
  'tasks_admin_texts',
  `SELECT t.result, t.run_id, t.checkpoint,
     (SELECT e.event_data FROM hot.event e WHERE e.event_id = t.task_id AND e.retention_class = t.retention_class)
       AS event_data
   FROM hot.task t WHERE t.env_id = $1 AND t.task_id = $2`,
);

export interface TaskTexts {
  readonly result: string | null;
  readonly checkpoint: string | null;
  readonly event_data: string | null;
}

@Injectable()
export class TaskListQueries {
  constructor(
    private readonly db: Db,
    private readonly values: LargeValues,
  ) {}

  async list(
    scope: EnvScope,
    filter: TaskFilter,
    position: PagePosition,
    withFacets: boolean,
  ): Promise<{ readonly page: ListPage<TaskRecord>; readonly facets: FacetCounts | undefined }> {
    const start = keysetStart(position);
    const order = start.backwards ? 'ASC' : 'DESC';
    const values = valuesOf(scope, filter);
    const [read, counted, facets] = await Promise.all([
      this.db.query<TaskRecord & Record<string, unknown>>(PAGES[order], [
        ...values,
        start.beyond,
        start.skip,
        start.limit + 1,
      ]),
      this.db.queryOne<{ count: number }>(COUNT, values),
      withFacets ? this.facets(scope, filter) : undefined,
    ]);
    const count = counted?.count ?? 0;
    const total = { total: Math.min(count, COUNT_CAP), capped: count > COUNT_CAP };
    return { page: keysetPage<TaskRecord>(read, start, (row) => row.task_id, total), facets };
  }

  async find(scope: EnvScope, taskId: string): Promise<TaskDetailRecord | undefined> {
    return this.db.queryOne<TaskDetailRecord & Record<string, unknown>>(DETAIL, [scope.envId, taskId]);
  }

  /** With their large values. */
  async texts(scope: EnvScope, taskId: string): Promise<TaskTexts | undefined> {
    const row = await this.db.queryOne<TaskTexts & { run_id: string | null }>(TEXTS, [scope.envId, taskId]);
    if (row === undefined) return undefined;
    const whole = async (ownerId: string | null, text: string | null): Promise<string | null> =>
      ownerId === null || text === null ? text : this.values.shownOne(scope, { ownerId, text });
    return {
      result: await whole(row.run_id, row.result),
      checkpoint: row.checkpoint,
      event_data: await whole(taskId, row.event_data),
    };
  }

  /** Counts per value under the other filters, among the newest 10,000. */
  private async facets(scope: EnvScope, filter: TaskFilter): Promise<FacetCounts> {
    const rows = await this.db.query<{ status: number; project: string | null; count: number }>(
      FACETS,
      valuesOf(scope, { ...filter, statuses: undefined, projects: undefined }),
    );
    const { statuses, projects } = filter;
    const sum = (of: (row: (typeof rows)[number]) => boolean): number =>
      rows.filter(of).reduce((total, row) => total + row.count, 0);
    const inProject = ({ project }: { readonly project: string | null }): boolean =>
      projects === undefined || (project !== null && projects.includes(project));
    const inStatus = ({ status }: { readonly status: number }): boolean =>
      statuses === undefined || statuses.includes(taskStatusName(status));
    const names = [...new Set(rows.flatMap(({ project }) => project ?? []))].toSorted();
    return {
      status: Object.entries(TASK_STATUSES)
        .map(([value, id]) => ({ value, count: sum((row) => row.status === id && inProject(row)) }))
        .filter(({ count }) => count > 0),
      project: names.map((value) => ({
        value,
        count: sum((row) => row.project === value && inStatus(row)),
      })),
    };
  }
}

function valuesOf(scope: EnvScope, { range, statuses, projects, search }: TaskFilter): readonly unknown[] {
  // Whoever pastes an id wants that one, however old.
  const byId = search?.kind === 'id' || (search?.kind === 'partial-id' && search.suffix === null);
  const partial = search?.kind === 'partial-id' ? search : undefined;
  return [
    scope.envId,
    statuses?.map((name) => TASK_STATUSES[name]) ?? null,
    projects ?? null,
    byId || range.fromMs === null ? null : idFloor(range.fromMs),
    // A relative range ends now: a bound there would hide what a worker with a faster clock has just begun.
    byId || range.relative ? null : idFloor(range.toMs),
    search?.kind === 'text' ? `%${escapeLike(search.text)}%` : null,
    search?.kind === 'id' ? search.id : null,
    partial?.from ?? null,
    partial?.to ?? null,
    partial?.suffix ?? null,
  ];
}
