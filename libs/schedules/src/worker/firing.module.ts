import { DispatchWorkerModule } from '@app/dispatch/worker';
import { CryptoModule } from '@app/platform/crypto';
import { EventSeals, RunSchedules } from '@app/runs';
import { SchedulesModule } from '@app/schedules';
import { Module } from '@nestjs/common';
import { FiringRepository } from './firing.repository';
import { ProgramSchedules } from './program-schedules';
import { ResealSchedules } from './reseal-schedules';
import { Scheduler } from './scheduler';

/** What needs no builds: firing, and what running programs ask for. */
@Module({
  imports: [CryptoModule, SchedulesModule, DispatchWorkerModule],
  providers: [
    FiringRepository,
    Scheduler,
    EventSeals,
    ResealSchedules,
    { provide: RunSchedules, useClass: ProgramSchedules },
  ],
  exports: [SchedulesModule, Scheduler, RunSchedules],
})
export class FiringModule {}
