import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from '@app/access';
import { KeyCredentialsModule } from '@app/keys';
import { OrgsApiModule } from '@app/orgs/api';
import { AuthModule } from '@app/platform/auth';
import { ConfigModule, type Environment } from '@app/platform/config';
import { DatabaseModule } from '@app/platform/database';
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
        OrgsApiModule,
      ],
      controllers: [StatusController],
    };
  }
}
