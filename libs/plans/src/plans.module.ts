import { Module } from '@nestjs/common';
import { PeriodUse } from './period-use';
import { PlanRepository } from './plan.repository';
import { PlanService } from './plan.service';
import { RunQuota } from './run-quota';

@Module({
  providers: [PlanRepository, PlanService, PeriodUse, RunQuota],
  exports: [PlanService, PeriodUse, RunQuota],
})
export class PlansModule {}
