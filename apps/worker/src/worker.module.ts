import { AppsWorkerModule } from '@app/apps/worker';
import { BuildsModule, deployTickets, ProgramCompilerModule, type ProgramCompiler } from '@app/builds';
import { BuildsWorkerModule } from '@app/builds/worker';
import { DispatchModule, eventTickets, taskTickets } from '@app/dispatch';
import { DispatchWorkerModule } from '@app/dispatch/worker';
import { ContextWorkerModule } from '@app/context/worker';
import { DomainsWorkerModule } from '@app/domains/worker';
import { FilesWorkerModule } from '@app/files/worker';
import { Clock, SystemClock } from '@app/kernel';
import { KeysWorkerModule } from '@app/keys/worker';
import { McpWorkerModule } from '@app/mcp/worker';
import { ConfigModule, type Environment } from '@app/platform/config';
import { DatabaseModule } from '@app/platform/database';
import { HealthModule } from '@app/platform/health';
import { LiveModule } from '@app/platform/live';
import { QueueModule } from '@app/platform/queue';
import { RedisModule } from '@app/platform/redis';
import { SandboxModule } from '@app/platform/sandbox';
import { Serving } from '@app/runs';
import { CatalogueServing, RunsWorkerModule } from '@app/runs/worker';
import { SchedulesWorkerModule } from '@app/schedules/worker';
import { RetentionModule } from '@app/retention';
import { StatsModule } from '@app/stats';
import { StoresWorkerModule } from '@app/stores/worker';
import { TasksWorkerModule } from '@app/tasks/worker';
import { WebhooksWorkerModule } from '@app/webhooks/worker';
import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Deployments } from './deployments';
import { Housekeeping } from './housekeeping';
import { LeaseCheckModule } from './lease-check';
import { Worker } from './worker';
import { WorkerMeters } from './worker-meters';

/** What `RunsWorkerModule` knows as ports only. */
@Global()
@Module({
  imports: [
    BuildsModule,
    SandboxModule,
    ContextWorkerModule,
    FilesWorkerModule,
    SchedulesWorkerModule,
    StoresWorkerModule,
    TasksWorkerModule,
  ],
  providers: [
    { provide: Serving, useClass: CatalogueServing },
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [
    Serving,
    BuildsModule,
    SandboxModule,
    FilesWorkerModule,
    SchedulesWorkerModule,
    StoresWorkerModule,
    TasksWorkerModule,
    Clock,
  ],
})
class RunPortsModule {}

/** Everything a worker does, on top of a process that has configuration, database, Redis and queues. */
@Module({
  imports: [
    ScheduleModule.forRoot(),
    RunPortsModule,
    LeaseCheckModule,
    HealthModule,
    DispatchWorkerModule,
    RunsWorkerModule,
    BuildsWorkerModule,
    AppsWorkerModule,
    KeysWorkerModule,
    WebhooksWorkerModule,
    McpWorkerModule,
    DomainsWorkerModule,
    StatsModule,
    RetentionModule,
  ],
  providers: [Worker, WorkerMeters, Deployments, Housekeeping],
  exports: [Worker],
})
export class WorkerRolesModule {}

@Module({})
export class WorkerModule {
  static forRoot(environment: Environment, compiler: Type<ProgramCompiler>): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ConfigModule.forRoot(environment),
        DatabaseModule,
        RedisModule,
        LiveModule,
        ProgramCompilerModule.forRoot(compiler),
        QueueModule.forRoot([eventTickets, taskTickets, deployTickets]),
        DispatchModule,
        WorkerRolesModule,
      ],
    };
  }
}
