import { Module } from '@nestjs/common';
import { PlanRepository } from './plan.repository';
import { PlanService } from './plan.service';

@Module({ providers: [PlanRepository, PlanService], exports: [PlanService] })
export class PlansModule {}
