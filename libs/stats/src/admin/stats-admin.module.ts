import { Module } from '@nestjs/common';
import { ObserveModule } from '@app/observe';
import { DashboardController } from './dashboard.controller';
import { DashboardQueries } from './dashboard.queries';
import { DashboardService } from './dashboard.service';
import { NavQueries } from './nav.queries';
import { ResolveController } from './resolve.controller';
import { ResolveQueries } from './resolve.queries';

@Module({
  imports: [ObserveModule],
  controllers: [DashboardController, ResolveController],
  providers: [DashboardQueries, DashboardService, NavQueries, ResolveQueries],
})
export class StatsAdminModule {}
