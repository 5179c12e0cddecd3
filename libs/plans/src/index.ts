export { type Period } from './billing-period';
export { OrgRateLimit, RateLimitError } from './org-rate-limit';
export { UNLIMITED, type LimitName, type PlanLimits } from './plan-limits';
export { PeriodUse, type Used } from './period-use';
export { PlansModule } from './plans.module';
export { PlanService, SELF_HOSTED, type Plan } from './plan.service';
export { RateLimitModule } from './rate-limit.module';
export { RunQuota } from './run-quota';
export { RateLimiter } from './rate-limiter';
