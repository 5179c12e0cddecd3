import { BuildsModule } from '@app/builds';
import { Module } from '@nestjs/common';
import { DeclaredSchedules } from './declared-schedules';
import { FiringModule } from './firing.module';

/** Starts nothing by itself: it joins the sweeper, the loading of builds and running programs. */
@Module({
  imports: [FiringModule, BuildsModule],
  providers: [DeclaredSchedules],
  exports: [FiringModule, DeclaredSchedules],
})
export class SchedulesWorkerModule {}
