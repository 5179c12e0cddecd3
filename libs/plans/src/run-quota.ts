import { AppError, type OrgScope } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { PeriodUse } from './period-use';
import { UNLIMITED } from './plan-limits';
import { PlanService, type Plan } from './plan.service';

export class RunsUsedUpError extends AppError {
  constructor(limit: number) {
    super('plan_required', `The ${limit} runs of this period are used up, and the plan includes no more`);
  }
}

/** What was accepted is always run: where a plan has an end, it is said before. */
@Injectable()
export class RunQuota {
  constructor(
    private readonly plans: PlanService,
    private readonly use: PeriodUse,
  ) {}

  /** Throws RunsUsedUpError. Synchronous for whoever has no limit. */
  check(scope: OrgScope): void | Promise<void> {
    const plan = this.plans.of(scope);
    if (plan instanceof Promise) return plan.then((read) => this.checkPlan(scope, read));
    return this.checkPlan(scope, plan);
  }

  private checkPlan(scope: OrgScope, plan: Plan): void | Promise<void> {
    const { runs_per_month: limit } = plan.limits;
    if (!plan.isHardCapped || limit === UNLIMITED) return;
    return this.use.of(scope, plan).then(({ runs }) => {
      if (runs >= limit) throw new RunsUsedUpError(limit);
    });
  }
}
