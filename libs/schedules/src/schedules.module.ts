import { Module } from '@nestjs/common';
import { ProjectsModule } from '@app/projects';
import { MadeSchedules } from './made-schedules';
import { ScheduleQueries } from './schedule.queries';
import { ScheduleRepository } from './schedule.repository';
import { ScheduleService } from './schedule.service';

@Module({
  imports: [ProjectsModule],
  providers: [ScheduleRepository, ScheduleQueries, ScheduleService, MadeSchedules],
  exports: [ScheduleRepository, ScheduleService, MadeSchedules],
})
export class SchedulesModule {}
