import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { AccessModule } from '@app/access';
import { AppsApiModule } from '@app/apps/api';
import { BlobsApiModule } from '@app/blobs/api';
import { deployTickets, ProgramCompilerModule, type ProgramCompiler } from '@app/builds';
import { BuildsApiModule } from '@app/builds/api';
import { ContextApiModule } from '@app/context/api';
import { DispatchModule, eventTickets, taskTickets } from '@app/dispatch';
import { DomainsApiModule } from '@app/domains/api';
import { EventsApiModule } from '@app/events/api';
import { FilesApiModule } from '@app/files/api';
import { KeyCredentialsModule } from '@app/keys';
import { KeysApiModule } from '@app/keys/api';
import { McpApiModule } from '@app/mcp/api';
import { OrgsApiModule } from '@app/orgs/api';
import { RateLimitModule } from '@app/plans';
import { AuthModule } from '@app/platform/auth';
import { ConfigModule, type Environment } from '@app/platform/config';
import { DatabaseModule } from '@app/platform/database';
import { HealthModule } from '@app/platform/health';
import { LiveModule } from '@app/platform/live';
import { QueueModule } from '@app/platform/queue';
import { RedisModule } from '@app/platform/redis';
import { ProjectsApiModule } from '@app/projects/api';
import { RunsApiModule } from '@app/runs/api';
import { SchedulesApiModule } from '@app/schedules/api';
import { StreamsApiModule } from '@app/streams/api';
import { TasksApiModule } from '@app/tasks/api';
import { UsageApiModule } from '@app/usage/api';
import { WebhooksApiModule } from '@app/webhooks/api';
import { StatusController } from './status.controller';

/** The public API: every surface that it serves. */
@Module({})
export class ApiModule {
  static forRoot(environment: Environment, compiler: Type<ProgramCompiler>): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        ConfigModule.forRoot(environment),
        DatabaseModule,
        RedisModule,
        LiveModule,
        HealthModule,
        QueueModule.forRoot([eventTickets, taskTickets, deployTickets]),
        AuthModule,
        AccessModule,
        KeyCredentialsModule,
        RateLimitModule,
        DispatchModule,
        ProgramCompilerModule.forRoot(compiler),
        OrgsApiModule,
        KeysApiModule,
        ProjectsApiModule,
        BuildsApiModule,
        AppsApiModule,
        ContextApiModule,
        EventsApiModule,
        RunsApiModule,
        SchedulesApiModule,
        StreamsApiModule,
        TasksApiModule,
        FilesApiModule,
        BlobsApiModule,
        UsageApiModule,
        DomainsApiModule,
        WebhooksApiModule,
        McpApiModule,
      ],
      controllers: [StatusController],
    };
  }
}
