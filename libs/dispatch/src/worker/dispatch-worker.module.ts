import { Module } from '@nestjs/common';
import { RunClaimer } from '../run-claimer';
import { RunSettler } from '../run-settler';
import { Sweeper } from '../sweeper';
import { WorkerLease } from '../worker-lease';

/** What a process needs that claims live work. It starts nothing by itself: the roles of the worker do. */
@Module({
  providers: [WorkerLease, RunClaimer, RunSettler, Sweeper],
  exports: [WorkerLease, RunClaimer, RunSettler, Sweeper],
})
export class DispatchWorkerModule {}
