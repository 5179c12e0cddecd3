import { Module } from '@nestjs/common';
import { DispatchModule } from '@app/dispatch';
import { SchedulesModule } from '@app/schedules';
import { RunNow } from './run-now';
import { ScheduleListQueries } from './schedule-list.queries';
import { SchedulesController } from './schedules.controller';

@Module({
  imports: [SchedulesModule, DispatchModule],
  controllers: [SchedulesController],
  providers: [RunNow, ScheduleListQueries],
})
export class SchedulesAdminModule {}
