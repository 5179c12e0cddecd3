import { Module, type DynamicModule } from '@nestjs/common';
import { deployTickets, ManifestOnlyCompiler, ProgramCompilerModule } from '@app/builds';
import { BuildsAdminModule } from '@app/builds/admin';
import { ContextAdminModule } from '@app/context/admin';
import { DispatchModule, eventTickets, taskTickets } from '@app/dispatch';
import { DomainsAdminModule } from '@app/domains/admin';
import { EventsAdminModule } from '@app/events/admin';
import { FilesAdminModule } from '@app/files/admin';
import { IdentityAdminModule } from '@app/identity/admin';
import { KeysAdminModule } from '@app/keys/admin';
import { McpAdminModule } from '@app/mcp/admin';
import { ConfigModule, type Environment } from '@app/platform/config';
import { DatabaseModule } from '@app/platform/database';
import { HealthModule } from '@app/platform/health';
import { LiveModule, SseModule } from '@app/platform/live';
import { QueueModule } from '@app/platform/queue';
import { RedisModule } from '@app/platform/redis';
import { ProjectsAdminModule } from '@app/projects/admin';
import { RunsAdminModule } from '@app/runs/admin';
import { SchedulesAdminModule } from '@app/schedules/admin';
import { StatsAdminModule } from '@app/stats/admin';
import { StreamsAdminModule } from '@app/streams/admin';
import { TasksAdminModule } from '@app/tasks/admin';
import { WebhooksAdminModule } from '@app/webhooks/admin';
import './admin-api.config';
import { ClockModule } from './clock.module';

/** The app's API: every surface that it serves. */
@Module({})
export class AdminApiModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: AdminApiModule,
      imports: [
        ConfigModule.forRoot(environment),
        DatabaseModule,
        ClockModule,
        RedisModule,
        QueueModule.forRoot([eventTickets, taskTickets, deployTickets]),
        LiveModule,
        HealthModule,
        SseModule,
        DispatchModule,
        ProgramCompilerModule.forRoot(ManifestOnlyCompiler),
        IdentityAdminModule,
        RunsAdminModule,
        EventsAdminModule,
        StreamsAdminModule,
        StatsAdminModule,
        ProjectsAdminModule,
        BuildsAdminModule,
        KeysAdminModule,
        DomainsAdminModule,
        ContextAdminModule,
        WebhooksAdminModule,
        FilesAdminModule,
        SchedulesAdminModule,
        TasksAdminModule,
        McpAdminModule,
      ],
    };
  }
}
