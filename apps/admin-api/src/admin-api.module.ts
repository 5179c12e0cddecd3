import { Module, type DynamicModule } from '@nestjs/common';
import { IdentityAdminModule } from '@app/identity/admin';
import { ConfigModule, type Environment } from '@app/platform/config';
import { DatabaseModule } from '@app/platform/database';
import { RunsAdminModule } from '@app/runs/admin';
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
        IdentityAdminModule,
        RunsAdminModule,
      ],
    };
  }
}
