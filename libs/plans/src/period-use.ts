/**
 * Tables: usage_daily (read).
 *
 * What an organization with a plan has used of its period, as of a few seconds ago: asked for before work begins, and never
 * for those without a limit.
 */
import { Clock, type OrgScope } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { PlanService, type Plan } from './plan.service';

export interface Used {
  /** That have ended. */
  readonly runs: number;
  readonly taskMs: number;
  readonly computeUnits: number;
  /** Of what was recorded of calls. */
  readonly callBytes: number;
}

const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 10_000;

const sum = (metric: string): string => `coalesce(sum(value) FILTER (WHERE metric = '${metric}'), 0)::float8`;

const USED = statement(
  'plan_period_use',
  `SELECT ${sum('runs')} AS runs, ${sum('task_ms')} AS "taskMs", ${sum('compute_units')} AS "computeUnits",
          ${sum('call_bytes')} AS "callBytes"
   FROM hot.usage_daily
   WHERE org_id = $1 AND day >= $2::date AND day < $3::date
     AND metric IN ('runs', 'task_ms', 'compute_units', 'call_bytes')`,
);

@Injectable()
export class PeriodUse {
  private readonly known = new LRUCache<string, { readonly used: Promise<Used>; readonly readAtMs: number }>({
    max: MAX_REMEMBERED,
  });

  constructor(
    private readonly db: Db,
    private readonly plans: PlanService,
    private readonly clock: Clock,
  ) {}

  /** Of the plan's current period. */
  of({ orgId }: OrgScope, plan: Plan): Promise<Used> {
    const { start, end } = this.plans.period(plan);
    const key = `${orgId} ${start.getTime()}`;
    const known = this.known.get(key);
    if (known !== undefined && this.clock.nowMs() - known.readAtMs < REMEMBER_MS) return known.used;
    const used = this.db
      .queryOne<Used & Record<string, unknown>>(USED, [orgId, dayOf(start), dayOf(end)])
      .then((row) => row ?? { runs: 0, taskMs: 0, computeUnits: 0, callBytes: 0 });
    this.known.set(key, { used, readAtMs: this.clock.nowMs() });
    used.catch(() => this.known.delete(key));
    return used;
  }
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
