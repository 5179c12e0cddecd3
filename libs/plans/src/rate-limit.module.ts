import { Global, Module } from '@nestjs/common';
import { Admission } from '@app/platform/auth';
import { OrgRateLimit } from './org-rate-limit';
import { PlansModule } from './plans.module';
import { RateLimiter } from './rate-limiter';

/** For processes that let callers in. */
@Global()
@Module({
  imports: [PlansModule],
  providers: [RateLimiter, OrgRateLimit, { provide: Admission, useExisting: OrgRateLimit }],
  exports: [OrgRateLimit, Admission],
})
export class RateLimitModule {}
