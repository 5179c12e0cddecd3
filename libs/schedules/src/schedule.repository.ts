/** Tables: schedule; project, env, build, run, dispatch (read). Every change of a schedule but its firing. */
import { idFloor, idTimeMs } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { Db } from '@app/platform/database';

/** What a build declares. */
export interface DeclaredSchedule {
  readonly id: string;
  readonly ns: string;
  readonly var: string;
  readonly cron: string;
  readonly expression: string;
  readonly timezone: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly file: string | null;
  readonly line: number | null;
  readonly col: number | null;
  readonly position: number | null;
  readonly next_ms: number;
}

/** What a program makes. */
export interface MadeSchedule {
  readonly scheduleId: string;
  readonly envId: string;
  readonly projectId: string;
  readonly ns: string;
  readonly var: string;
  readonly cron: string;
  readonly expression: string;
  readonly timezone: string;
  /** JSON text of a list. */
  readonly args: string;
  /** Secrets of the args: see `EventSeals`. */
  readonly sealed: string | null;
  readonly clientKey: string | null;
  readonly nextMs: number;
  readonly userId: string | null;
  readonly runId: string | null;
}

export type ScheduleChoice =
  | { readonly scheduleId: string }
  | { readonly clientKey: string }
  | { readonly ns: string; readonly var: string };

const NOW = `SELECT extract(epoch FROM now())::float8 * 1000 AS now_ms`;

// One that went on under the former build goes on as it is: the run that is due this minute is not lost.
const DECLARE = `
  WITH want AS (
    SELECT * FROM jsonb_to_recordset($4) AS w(id uuid, ns text, var text, cron text, expression text, timezone text,
      meta jsonb, file text, line int, col int, position int, next_ms float8)),
  kept AS (
    INSERT INTO hot.schedule AS s (schedule_id, env_id, project_id, build_id, kind, cron, expression, timezone, ns, var,
      meta, file, line, "column", position, next_fire_at, created_by_user_id)
    SELECT w.id, $1, $2, $3, 1, w.cron, w.expression, w.timezone, w.ns, w.var, w.meta, w.file, w.line, w.col, w.position,
      to_timestamp(w.next_ms / 1000), (SELECT created_by_user_id FROM hot.build WHERE build_id = $3)
      FROM want w
    ON CONFLICT (project_id, ns, var, cron, timezone) WHERE kind = 1 DO UPDATE SET
      build_id = excluded.build_id, expression = excluded.expression, meta = excluded.meta, file = excluded.file,
      line = excluded.line, "column" = excluded."column", position = excluded.position,
      created_by_user_id = excluded.created_by_user_id,
      next_fire_at = CASE WHEN s.active THEN s.next_fire_at ELSE excluded.next_fire_at END,
      active = true, paused = false, deactivated_at = NULL
    RETURNING s.schedule_id)
  UPDATE hot.schedule s SET active = false, deactivated_at = now()
   WHERE s.project_id = $2 AND s.kind = 1 AND s.active AND s.schedule_id NOT IN (SELECT schedule_id FROM kept)`;

const RESUME = `
  UPDATE hot.schedule SET paused = false
   WHERE project_id = $1 AND active AND paused AND NOT hot.is_held(project_id, ns || '/' || var)`;
const HOLD = `SELECT hot.hold_schedules($1)`;

// The lock keeps a stop of the project from passing in between, which would leave this one going.
const MAKE = `
  INSERT INTO hot.schedule (schedule_id, env_id, project_id, kind, cron, expression, timezone, ns, var, args, client_key,
    next_fire_at, created_by_user_id, created_by_run_id, paused, sealed)
  SELECT $3, p.env_id, p.project_id, 2, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11::float8 / 1000), $12, $13,
    p.serving_build_id IS NULL OR NOT e.active OR hot.is_held(p.project_id, $7 || '/' || $8), $14
    FROM hot.project p JOIN hot.env e ON e.env_id = p.env_id
   WHERE p.env_id = $1 AND p.project_id = $2 AND p.deleted_at IS NULL
     FOR SHARE OF p
  ON CONFLICT (schedule_id) DO NOTHING`;

const LOCK_KEY = `SELECT pg_advisory_xact_lock(hashtextextended($1 || $2, 7226010454))`;

// Of those with one name the one that was asked for last is the one: ids are in the order of time.
const REPLACE = `
  UPDATE hot.schedule s SET active = false, deactivated_at = now()
   WHERE s.project_id = $1 AND s.client_key = $2 AND s.kind = 2 AND s.active
     AND EXISTS (SELECT 1 FROM hot.schedule newer
                  WHERE newer.project_id = $1 AND newer.client_key = $2 AND newer.schedule_id > s.schedule_id)`;

const CANCEL = `
  UPDATE hot.schedule SET active = false, deactivated_at = now()
   WHERE env_id = $1 AND project_id = $2 AND kind = 2 AND active
     AND ($3::uuid IS NULL OR schedule_id = $3)
     AND ($4::text IS NULL OR client_key = $4)
     AND ($5::text IS NULL OR (ns = $5 AND var = $6))
     AND ($7::uuid IS NULL OR schedule_id < $7)`;

// Of one run's events by their index. They are no older than the run, which spares older partitions.
const EARLIER_WANTED = `
  SELECT 1 FROM hot.event e
    JOIN hot.dispatch d ON d.event_id = e.event_id AND d.state <> 4
   WHERE e.origin_run_id = $1 AND e.event_id >= $3 AND e.event_id < $2 AND e.event_type = 'hot:schedule:new'
   LIMIT 1`;

const ACTIVE_OF_ORG = `
  SELECT count(*) AS active FROM hot.schedule s JOIN hot.env e ON e.env_id = s.env_id
   WHERE e.org_id = $1 AND s.active AND s.schedule_id IS DISTINCT FROM $2::uuid`;

// While a run goes on it is a row of dispatch, afterwards one of run.
const PROJECT_OF_RUN = `
  SELECT project_id FROM hot.dispatch WHERE env_id = $1 AND run_id = $2 AND project_id IS NOT NULL
  UNION ALL
  SELECT project_id FROM hot.run WHERE env_id = $1 AND run_id = $2 AND project_id IS NOT NULL
  LIMIT 1`;

const PROJECT_OF_FUNCTION = `
  SELECT p.project_id FROM hot.project p JOIN hot.build b ON b.build_id = p.serving_build_id
   WHERE p.env_id = $1 AND b.definitions -> 'functions' ? $2
   ORDER BY p.name COLLATE "C" LIMIT 1`;

const NEVER_DECLARED = `
  SELECT p.project_id, p.env_id, e.org_id, b.build_id, b.definitions
    FROM hot.project p
    JOIN hot.env e ON e.env_id = p.env_id AND e.active
    JOIN hot.build b ON b.build_id = p.serving_build_id
   WHERE b.definitions -> 'scheduled_functions' <> '{}'
     AND NOT EXISTS (SELECT 1 FROM hot.schedule s WHERE s.project_id = p.project_id AND s.build_id = b.build_id)`;

/** A build that serves and whose schedules nobody has taken up. */
export interface UndeclaredBuild extends Record<string, unknown> {
  readonly project_id: string;
  readonly env_id: string;
  readonly org_id: string;
  readonly build_id: string;
  readonly definitions: unknown;
}

@Injectable()
export class ScheduleRepository {
  constructor(private readonly db: Db) {}

  /** The clock of all schedules: the database's. */
  async nowMs(): Promise<number> {
    return (await this.db.queryOne<{ now_ms: number }>(NOW))?.now_ms ?? Date.now();
  }

  /**
   * Exactly these are the project's declared schedules from now on; what programs made goes on as well. Those of agents
   * that are stopped wait for their start.
   */
  async declare(
    envId: string,
    projectId: string,
    buildId: string,
    schedules: readonly DeclaredSchedule[],
  ): Promise<void> {
    await this.db.execute(DECLARE, [envId, projectId, buildId, JSON.stringify(schedules)]);
    await this.db.execute(RESUME, [projectId]);
    await this.db.execute(HOLD, [projectId]);
  }

  /** Does nothing when there is one of that id already, or the project is gone. */
  async make(schedule: MadeSchedule): Promise<void> {
    await this.db.tx(async () => {
      const { clientKey, projectId } = schedule;
      if (clientKey !== null) await this.db.execute(LOCK_KEY, [projectId, clientKey]);
      await this.db.execute(MAKE, [
        schedule.envId,
        projectId,
        schedule.scheduleId,
        schedule.cron,
        schedule.expression,
        schedule.timezone,
        schedule.ns,
        schedule.var,
        schedule.args,
        clientKey,
        schedule.nextMs,
        schedule.userId,
        schedule.runId,
        schedule.sealed,
      ]);
      if (clientKey !== null) await this.db.execute(REPLACE, [projectId, clientKey]);
    });
  }

  /** How many of those that programs made have ended by this. */
  cancel(envId: string, projectId: string, which: ScheduleChoice, before?: string): Promise<number> {
    return this.db.execute(CANCEL, [
      envId,
      projectId,
      'scheduleId' in which ? which.scheduleId : null,
      'clientKey' in which ? which.clientKey : null,
      'ns' in which ? which.ns : null,
      'ns' in which ? which.var : null,
      before ?? null,
    ]);
  }

  /** Whether the run has asked for a schedule, before the event of that id, that is not made yet. */
  async isEarlierWanted(runId: string, eventId: string): Promise<boolean> {
    // Two processes have made the ids: their times may differ by a little.
    const from = idFloor((idTimeMs(runId) ?? 1_000) - 1_000);
    return (await this.db.queryOne(EARLIER_WANTED, [runId, eventId, from])) !== undefined;
  }

  /** @param without one that does not count */
  async activeOfOrg(orgId: string, without: string | null = null): Promise<number> {
    return (await this.db.queryOne<{ active: number }>(ACTIVE_OF_ORG, [orgId, without]))?.active ?? 0;
  }

  async projectOfRun(envId: string, runId: string): Promise<string | null> {
    const row = await this.db.queryOne<{ project_id: string }>(PROJECT_OF_RUN, [envId, runId]);
    return row?.project_id ?? null;
  }

  /** The first project by name that serves a function of that name. */
  async projectOfFunction(envId: string, functionName: string): Promise<string | null> {
    const row = await this.db.queryOne<{ project_id: string }>(PROJECT_OF_FUNCTION, [envId, functionName]);
    return row?.project_id ?? null;
  }

  /** Of all tenants: builds that began to serve before there were schedules here. */
  undeclaredAcrossTenants(): Promise<readonly UndeclaredBuild[]> {
    return this.db.query<UndeclaredBuild>(NEVER_DECLARED);
  }
}
