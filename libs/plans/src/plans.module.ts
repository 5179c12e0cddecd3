import { Module } from '@nestjs/common';
import { PeriodUse } from './period-use';
import { PlanRepository } from './plan.repository';
import { PlanService } from './plan.service';

@Module({ providers: [PlanRepository, PlanService, PeriodUse], exports: [PlanService, PeriodUse] })
export class PlansModule {}
