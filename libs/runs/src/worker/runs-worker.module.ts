import { DispatchWorkerModule } from '@app/dispatch/worker';
import { CryptoModule } from '@app/platform/crypto';
import { Module } from '@nestjs/common';
import { EventConsumer } from './event-consumer';
import { EventSeals } from './event-seals';
import { HostFunctions, SystemEffects } from './extension-points';
import { RunAnnouncer } from './run-announcer';
import { RunExecutor } from './run-executor';
import { RunRouter } from './run-router';
import { StreamDataWriter } from './stream-data-writer';

/**
 * Runs handlers. The composition provides what this lib only knows as ports: `Serving` and the sandbox. Starts nothing
 * by itself: the roles of the worker do.
 */
@Module({
  imports: [DispatchWorkerModule, CryptoModule],
  providers: [
    EventConsumer,
    RunExecutor,
    RunRouter,
    RunAnnouncer,
    StreamDataWriter,
    EventSeals,
    HostFunctions,
    SystemEffects,
  ],
  exports: [DispatchWorkerModule, EventConsumer, RunExecutor, RunAnnouncer, HostFunctions, SystemEffects],
})
export class RunsWorkerModule {}
