import { requirePermission } from '@app/access';
import type { Principal } from '@app/kernel';
import { PlanService, type Period, type Plan } from '@app/plans';
import { retentionConfig, type RetentionConfig } from '@app/retention';
import { Inject, Injectable } from '@nestjs/common';
import { UsageQueries, type UsedRow } from './usage.queries';

export interface OrgUsage {
  readonly orgId: string;
  readonly used: UsedRow;
  readonly plan: Plan;
  readonly period: Period;
}

@Injectable()
export class UsageService {
  constructor(
    private readonly usage: UsageQueries,
    private readonly plans: PlanService,
    @Inject(retentionConfig.token) private readonly retention: RetentionConfig,
  ) {}

  /** What the principal's organization has used in its current period, and what it may use. */
  async current(principal: Principal): Promise<OrgUsage> {
    requirePermission(principal, 'read', 'org:usage');
    const plan = await this.plans.of(principal);
    const period = this.plans.period(plan);
    const used = await this.usage.used(principal, period, this.retention.graceDays);
    return { orgId: principal.orgId, used, plan, period };
  }
}
