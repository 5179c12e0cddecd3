import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from '@app/access';
import { deployTickets } from '@app/builds';
import { BuildsApiModule } from '@app/builds/api';
import { KeyCredentialsModule } from '@app/keys';
import { OrgsApiModule } from '@app/orgs/api';
import { AuthModule } from '@app/platform/auth';
import { ConfigModule, type Environment } from '@app/platform/config';
import { DatabaseModule } from '@app/platform/database';
import { QueueModule } from '@app/platform/queue';
import { RedisModule } from '@app/platform/redis';
import { ProjectsApiModule } from '@app/projects/api';
import { StatusController } from './status.controller';

/** The public API: every surface that it serves. */
@Module({})
export class ApiModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        ConfigModule.forRoot(environment),
        DatabaseModule,
        AuthModule,
        AccessModule,
        KeyCredentialsModule,
        RedisModule,
        QueueModule.forRoot([deployTickets]),
        OrgsApiModule,
        ProjectsApiModule,
        BuildsApiModule,
      ],
      controllers: [StatusController],
    };
  }
}
