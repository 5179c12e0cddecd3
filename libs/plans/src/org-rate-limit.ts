import { AppError, type OrgScope, type Principal } from '@app/kernel';
import { Admission } from '@app/platform/auth';
import { Injectable } from '@nestjs/common';
import { UNLIMITED } from './plan-limits';
import { PlanService, type Plan } from './plan.service';
import { RateLimiter } from './rate-limiter';

export class RateLimitError extends AppError {
  constructor(seconds: number) {
    const unit = seconds === 1 ? 'second' : 'seconds';
    super('rate_limit_exceeded', `Rate limit exceeded. Retry after ${seconds} ${unit}.`, {
      retryAfterSeconds: seconds,
    });
  }
}

/** One budget for all environments and credentials of an organization. Without a limit nothing is counted anywhere. */
@Injectable()
export class OrgRateLimit extends Admission {
  constructor(
    private readonly plans: PlanService,
    private readonly limiter: RateLimiter,
  ) {
    super();
  }

  /** Throws RateLimitError. Synchronous for whoever has no limit. */
  override admit(principal: Principal): void | Promise<void> {
    const plan = this.plans.of(principal);
    if (!(plan instanceof Promise)) {
      return plan.limits.rate_limit_rps === UNLIMITED ? undefined : this.enforce(principal, plan);
    }
    // Of an organization whose plan can't be read nobody knows a limit.
    return plan.catch(() => null).then((read) => (read === null ? undefined : this.enforce(principal, read)));
  }

  /** Whole seconds to wait, 0 when the request was counted and may go on. For routes without a principal. */
  async wait(scope: OrgScope, plan: Plan): Promise<number> {
    const { rate_limit_rps: limit } = plan.limits;
    return limit === UNLIMITED ? 0 : this.limiter.take(scope.orgId, limit);
  }

  private async enforce(scope: OrgScope, plan: Plan): Promise<void> {
    const seconds = await this.wait(scope, plan);
    if (seconds > 0) throw new RateLimitError(seconds);
  }
}
