import { Module } from '@nestjs/common';
import { PlansModule } from '@app/plans';
import { UsageQueries } from './usage.queries';
import { UsageService } from './usage.service';

@Module({ imports: [PlansModule], providers: [UsageQueries, UsageService], exports: [UsageService] })
export class UsageModule {}
