import { AccountService, IdentityModule } from '@app/identity';
import { AppError, Clock, SystemClock } from '@app/kernel';
import { OrgsModule, TenantService, type Tenant, type WantedTenant } from '@app/orgs';
import { ConfigModule, type Environment } from '@app/platform/config';
import { DatabaseModule } from '@app/platform/database';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandError } from '../usage-error';

@Global()
@Module({ providers: [{ provide: Clock, useClass: SystemClock }], exports: [Clock] })
class ClockModule {}

@Module({})
class AccountModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: AccountModule,
      imports: [ConfigModule.forRoot(environment), DatabaseModule, ClockModule, OrgsModule, IdentityModule],
    };
  }
}

/** @throws CommandError that says what cannot be */
export async function addUser(
  environment: Environment,
  { password, ...wanted }: WantedTenant & { readonly password: string },
): Promise<Tenant> {
  const app = await NestFactory.createApplicationContext(AccountModule.forRoot(environment), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  try {
    const accounts = app.get(AccountService);
    accounts.checkPassword(password);
    const tenant = await app.get(TenantService).ensure(wanted);
    await accounts.setPassword({ userId: tenant.userId, email: tenant.userEmail }, password);
    return tenant;
  } catch (error) {
    if (error instanceof AppError) throw new CommandError(error.message, { cause: error });
    throw error;
  } finally {
    await app.close();
  }
}
