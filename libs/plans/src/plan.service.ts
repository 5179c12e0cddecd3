/** The plan of an organization, remembered: it is asked for with every request. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, type OrgScope } from '@app/kernel';
import { DbNotices } from '@app/platform/database';
import { LRUCache } from 'lru-cache';
import { periodAt, type Period } from './billing-period';
import { isHardCapped, limitsOf, SELF_HOSTED_LIMITS, type PlanLimits } from './plan-limits';
import { PlanRepository, type OrgPlanRow } from './plan.repository';

export const SELF_HOSTED = 'Self-Hosted';

export interface Plan {
  readonly name: string;
  readonly limits: PlanLimits;
  /** Nothing beyond what a period includes: no overage. */
  readonly isHardCapped: boolean;
  /** As agreed; null where the month of the calendar counts. */
  readonly agreed: Period | null;
}

const PLAN_CHANGED_CHANNEL = 'hot_plan';
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 10_000;

@Injectable()
export class PlanService implements OnModuleInit {
  private readonly known = new LRUCache<string, { readonly plan: Plan; readonly readAtMs: number }>({
    max: MAX_REMEMBERED,
  });
  private readonly reading = new Map<string, Promise<Plan>>();
  private epoch = 0;

  constructor(
    private readonly plans: PlanRepository,
    private readonly notices: DbNotices,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.notices.listen(PLAN_CHANGED_CHANNEL, {
      onNotice: (orgId) => this.forget(orgId),
      onGap: () => this.forget('*'),
    });
  }

  /** Synchronous while it is remembered, which is a minute at most. Throws when the database can't be reached. */
  of(scope: OrgScope): Plan | Promise<Plan> {
    const known = this.known.get(scope.orgId);
    if (known !== undefined && this.clock.nowMs() - known.readAtMs < REMEMBER_MS) return known.plan;
    return this.read(scope);
  }

  /** The period in which use counts now. */
  period({ agreed }: Plan): Period {
    return periodAt(this.clock.now(), agreed);
  }

  private read(scope: OrgScope): Promise<Plan> {
    const { orgId } = scope;
    const under = this.reading.get(orgId);
    if (under !== undefined) return under;
    const { epoch } = this;
    const readAtMs = this.clock.nowMs();
    const reading = this.plans
      .find(scope)
      .then((row) => {
        const plan = row === undefined ? SELF_HOSTED_PLAN : planOf(row);
        if (epoch === this.epoch) this.known.set(orgId, { plan, readAtMs });
        return plan;
      })
      .finally(() => this.reading.delete(orgId));
    this.reading.set(orgId, reading);
    return reading;
  }

  private forget(orgId: string): void {
    this.epoch += 1;
    // What is being read may be the old one: whoever asks from now on reads again.
    this.reading.clear();
    if (orgId === '*') this.known.clear();
    else this.known.delete(orgId);
  }
}

const SELF_HOSTED_PLAN: Plan = {
  name: SELF_HOSTED,
  limits: SELF_HOSTED_LIMITS,
  isHardCapped: false,
  agreed: null,
};

function planOf(row: OrgPlanRow): Plan {
  const { current_period_start: start, current_period_end: end } = row;
  return {
    name: row.plan_name,
    limits: limitsOf(row.plan_features, row.org_features),
    isHardCapped: isHardCapped(row.plan_features, row.org_features),
    agreed: start === null || end === null ? null : { start, end },
  };
}
