import { DispatchWorkerModule, WorkerLease } from '@app/dispatch/worker';
import { ReadyCheck } from '@app/platform/health';
import { Global, Injectable, Module } from '@nestjs/common';

/** A worker without its lease may not work: what it does would be given to another one. */
@Injectable()
export class LeaseCheck extends ReadyCheck {
  override readonly name = 'lease';

  constructor(private readonly lease: WorkerLease) {
    super();
  }

  override problem(): string | null {
    return this.lease.incarnation() === null ? 'not held' : null;
  }
}

@Global()
@Module({
  imports: [DispatchWorkerModule],
  providers: [{ provide: ReadyCheck, useClass: LeaseCheck }],
  exports: [ReadyCheck],
})
export class LeaseCheckModule {}
