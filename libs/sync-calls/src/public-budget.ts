import type { OrgScope } from '@app/kernel';
import { OrgRateLimit, PlanService, RateLimitError, UNLIMITED, type Plan } from '@app/plans';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { syncCallsConfig, type SyncCallsConfig } from './sync-calls.config';

/** What callers of public addresses may use of an organization's plan. Without a limit nothing is counted. */
@Injectable()
export class PublicBudget {
  private readonly log = new Logger(PublicBudget.name);
  private readonly running = new Map<string, number>();

  constructor(
    private readonly plans: PlanService,
    private readonly rates: OrgRateLimit,
    @Inject(syncCallsConfig.token) private readonly config: SyncCallsConfig,
  ) {}

  /** One request more in the window that all requests of the organization share. Throws RateLimitError. */
  async admit(scope: OrgScope): Promise<void> {
    const plan = await this.limited(scope);
    if (plan === null) return;
    const seconds = await this.rates.wait(scope, plan);
    if (seconds === 0) return;
    if (this.config.rateLimitMode === 'enforce') throw new RateLimitError(seconds);
    this.log.warn({ event: 'public.over_rate_limit', orgId: scope.orgId });
  }

  /** Works while there is room for it. Throws RateLimitError. */
  async hold<T>(scope: OrgScope, work: () => Promise<T>): Promise<T> {
    const limit = this.config.inFlightPerOrg;
    if (limit <= 0 || (await this.limited(scope)) === null) return work();
    const now = this.running.get(scope.orgId) ?? 0;
    if (now >= limit) throw new RateLimitError(1);
    this.running.set(scope.orgId, now + 1);
    try {
      return await work();
    } finally {
      const left = (this.running.get(scope.orgId) ?? 1) - 1;
      if (left > 0) this.running.set(scope.orgId, left);
      else this.running.delete(scope.orgId);
    }
  }

  /** The plan, if it has a limit. Of an organization whose plan can't be read nobody knows one. */
  private async limited(scope: OrgScope): Promise<Plan | null> {
    try {
      const plan = await this.plans.of(scope);
      return plan.limits.rate_limit_rps === UNLIMITED ? null : plan;
    } catch {
      return null;
    }
  }
}
