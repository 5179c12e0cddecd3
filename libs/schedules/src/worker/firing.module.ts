import { DispatchWorkerModule } from '@app/dispatch/worker';
import { RunSchedules } from '@app/runs';
import { SchedulesModule } from '@app/schedules';
import { Module } from '@nestjs/common';
import { FiringRepository } from './firing.repository';
import { ProgramSchedules } from './program-schedules';
import { Scheduler } from './scheduler';

/** What needs no builds: firing, and what running programs ask for. */
@Module({
  imports: [SchedulesModule, DispatchWorkerModule],
  providers: [FiringRepository, Scheduler, { provide: RunSchedules, useClass: ProgramSchedules }],
  exports: [SchedulesModule, Scheduler, RunSchedules],
})
export class FiringModule {}
