/**
 * Tables: dispatch, run, event, event_unhandled, stream_data, project, build. Read-only.
 *
 * What is new in the environments that somebody watches: one statement for all of them. Live runs are read whole, they
 * are few; finished runs and events by id, from a little before the last look on, because commits are not in the order
 * of ids; runs that were live at the last look are looked up, because they may have begun long ago.
 */
import { Injectable } from '@nestjs/common';
import { Db } from '@app/platform/database';
import { EVENT_STATE } from './event-record';
import { FINISHED_RUN_COLUMNS, IS_LIVE_RUN, LIVE_RUN_COLUMNS } from './run-record';

export interface Watched {
  readonly envId: string;
  /** Smallest id of runs and events to look at. */
  readonly sinceId: string;
  readonly liveRunIds: readonly string[];
  readonly pendingEventIds: readonly string[];
}

export interface ChangedRun {
  readonly run_id: string;
  readonly stream_id: string;
  readonly event_id: string | null;
  readonly status: number;
  readonly run_type: number;
  readonly function_name: string | null;
  readonly project: string | null;
  readonly started_at: string;
  readonly stopped_at: string | null;
  readonly duration_us: number | null;
  readonly result_head: string | null;
  readonly next_attempt_at: string | null;
  readonly data_seq: number | null;
  readonly data_type: string | null;
}

export interface ChangedEvent {
  readonly event_id: string;
  readonly stream_id: string;
  readonly event_type: string;
  readonly source: number;
  readonly state: 'handled' | 'unhandled' | 'pending';
}

export interface ProjectState {
  readonly project: string;
  readonly active: boolean;
  readonly serving_build_id: string | null;
  readonly build_id: string | null;
  readonly runtime_status: 'pending' | 'loading' | 'ready' | 'failed' | 'superseded' | null;
  readonly runtime_error: string | null;
}

export interface Changes {
  readonly runs: readonly ChangedRun[];
  readonly events: readonly ChangedEvent[];
  readonly projects: readonly ProjectState[];
}

/** More than this at one look is told as "a lot": nobody reads hundreds of messages a second. */
export const MAX_CHANGES = 300;

const RUN = (
  columns: string,
): string => `x.run_id, x.stream_id, x.event_id, x.status, x.run_type, x.function_name,
  (SELECT p.name FROM hot.project p WHERE p.project_id = x.project_id) AS project, x.started_at, x.stopped_at,
  x.duration_us, x.result_head, x.next_attempt_at, ${columns}`;

const CHANGES = `
WITH w AS MATERIALIZED (
  SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS w(env_id, since_id)),
runs AS (
  SELECT w.env_id, ${RUN('sd.seq AS data_seq, sd.data_type')}
    FROM w
    CROSS JOIN LATERAL (SELECT ${LIVE_RUN_COLUMNS} FROM hot.dispatch d
      WHERE d.env_id = w.env_id AND ${IS_LIVE_RUN} ORDER BY d.run_id DESC LIMIT ${MAX_CHANGES + 1}) x
    LEFT JOIN LATERAL (SELECT s.seq, s.data_type FROM hot.stream_data s
      WHERE s.run_id = x.run_id ORDER BY s.seq DESC LIMIT 1) sd ON true
  UNION ALL
  SELECT w.env_id, ${RUN('NULL::int, NULL::text')}
    FROM w
    CROSS JOIN LATERAL (SELECT ${FINISHED_RUN_COLUMNS} FROM hot.run r
      WHERE r.env_id = w.env_id AND r.run_id >= w.since_id ORDER BY r.run_id DESC LIMIT ${MAX_CHANGES + 1}) x
  UNION ALL
  SELECT k.env_id, ${RUN('NULL::int, NULL::text')}
    FROM unnest($3::uuid[], $4::uuid[]) AS k(env_id, run_id)
    CROSS JOIN LATERAL (SELECT ${FINISHED_RUN_COLUMNS} FROM hot.run r
      WHERE r.run_id = k.run_id AND r.env_id = k.env_id LIMIT 1) x),
events AS (
  SELECT w.env_id, e.event_id, e.stream_id, e.event_type, e.source, ${EVENT_STATE} AS state
    FROM w
    CROSS JOIN LATERAL (SELECT * FROM hot.event e0
      WHERE e0.env_id = w.env_id AND e0.event_id >= w.since_id ORDER BY e0.event_id DESC LIMIT ${MAX_CHANGES + 1}) e
  UNION ALL
  SELECT k.env_id, e.event_id, e.stream_id, e.event_type, e.source, ${EVENT_STATE}
    FROM unnest($5::uuid[], $6::uuid[]) AS k(env_id, event_id)
    CROSS JOIN LATERAL (SELECT * FROM hot.event e0
      WHERE e0.event_id = k.event_id AND e0.env_id = k.env_id LIMIT 1) e),
projects AS (
  SELECT w.env_id, p.name AS project, p.active, p.serving_build_id, b.build_id, b.runtime_status, b.runtime_error
    FROM w
    JOIN hot.project p ON p.env_id = w.env_id AND p.deleted_at IS NULL
    LEFT JOIN hot.build b ON b.project_id = p.project_id AND b.deployed)
SELECT 'run' AS kind, env_id, to_jsonb(runs) AS row FROM runs
UNION ALL SELECT 'event', env_id, to_jsonb(events) FROM events
UNION ALL SELECT 'project', env_id, to_jsonb(projects) FROM projects`;

type Row =
  | { readonly kind: 'run'; readonly env_id: string; readonly row: ChangedRun }
  | { readonly kind: 'event'; readonly env_id: string; readonly row: ChangedEvent }
  | { readonly kind: 'project'; readonly env_id: string; readonly row: ProjectState };

@Injectable()
export class ChangeQueries {
  constructor(private readonly db: Db) {}

  /** By environment; one that has nothing new is there too, when it has projects. */
  async since(watched: readonly Watched[]): Promise<ReadonlyMap<string, Changes>> {
    const pairs = (
      of: (each: Watched) => readonly string[],
    ): readonly [readonly string[], readonly string[]] => [
      watched.flatMap((each) => of(each).map(() => each.envId)),
      watched.flatMap(of),
    ];
    const rows = await this.db.query<Row>(CHANGES, [
      watched.map(({ envId }) => envId),
      watched.map(({ sinceId }) => sinceId),
      ...pairs(({ liveRunIds }) => liveRunIds),
      ...pairs(({ pendingEventIds }) => pendingEventIds),
    ]);
    const changes = new Map<
      string,
      { runs: ChangedRun[]; events: ChangedEvent[]; projects: ProjectState[] }
    >();
    for (const { kind, env_id, row } of rows) {
      const known = changes.get(env_id) ?? { runs: [], events: [], projects: [] };
      changes.set(env_id, known);
      if (kind === 'run') known.runs.push(row);
      else if (kind === 'event') known.events.push(row);
      else known.projects.push(row);
    }
    return changes;
  }
}
