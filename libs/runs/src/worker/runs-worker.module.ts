import { DispatchWorkerModule } from '@app/dispatch/worker';
import { CryptoModule } from '@app/platform/crypto';
import { OutboundModule } from '@app/platform/outbound';
import { childrenSettings, SqliteChildren } from '@app/platform/sqlite';
import { Module } from '@nestjs/common';
import { BuildCalls } from './build-calls';
import { ClockCalls } from './clock-calls';
import { ConnectionCalls } from './connection-calls';
import { EventConsumer } from './event-consumer';
import { EventSeals } from '../event-seals';
import { HostFunctions, SystemEffects } from './extension-points';
import { FileCalls } from './file-calls';
import { HttpCalls } from './http-calls';
import { ProgramLimits } from './program-limits';
import { RunAnnouncer } from './run-announcer';
import { RunEnding } from './run-ending';
import { RunExecutor } from './run-executor';
import { RunRouter } from './run-router';
import { RunStarter } from './run-starter';
import { ScheduleCalls } from './schedule-calls';
import { SqliteCalls } from './sqlite-calls';
import { StoreCalls } from './store-calls';
import { StreamDataWriter } from './stream-data-writer';
import { TaskCalls } from './task-calls';
import { TaskConsumer } from './task-consumer';
import { TokenCalls } from './token-calls';

/**
 * Runs handlers. The composition provides what this lib only knows as ports: `Serving` and the sandbox. Starts nothing
 * by itself: the roles of the worker do.
 */
@Module({
  imports: [DispatchWorkerModule, CryptoModule, OutboundModule],
  providers: [
    EventConsumer,
    RunExecutor,
    RunStarter,
    RunEnding,
    RunRouter,
    RunAnnouncer,
    StreamDataWriter,
    EventSeals,
    HostFunctions,
    SystemEffects,
    ClockCalls,
    BuildCalls,
    HttpCalls,
    ConnectionCalls,
    ProgramLimits,
    FileCalls,
    ScheduleCalls,
    StoreCalls,
    { provide: SqliteChildren, useFactory: () => new SqliteChildren(childrenSettings()) },
    SqliteCalls,
    TaskCalls,
    TaskConsumer,
    TokenCalls,
  ],
  exports: [
    DispatchWorkerModule,
    EventConsumer,
    TaskConsumer,
    EventSeals,
    RunExecutor,
    RunAnnouncer,
    HostFunctions,
    SystemEffects,
  ],
})
export class RunsWorkerModule {}
