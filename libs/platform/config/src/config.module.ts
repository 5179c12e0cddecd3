import { Module, type DynamicModule } from '@nestjs/common';
import { Clock, SystemClock } from '@app/kernel';
import { declaredSlices, parseSlices, type Environment } from './slice';

/**
 * Provides every declared slice under its token: `@Inject(apiConfig.token) config: ConfigOf<typeof apiConfig>`.
 * Import it first, after all libs of the process are loaded. The clock comes along: the other thing that every process
 * takes from outside.
 */
@Module({})
export class ConfigModule {
  /** Throws ConfigError when anything in the environment is wrong. */
  static forRoot(environment: Environment = process.env): DynamicModule {
    const parsed = parseSlices(declaredSlices(), environment);
    const providers = [...parsed].map(([slice, useValue]) => ({ provide: slice.token, useValue }));
    return {
      module: ConfigModule,
      global: true,
      providers: [...providers, { provide: Clock, useClass: SystemClock }],
      exports: [...providers.map((provider) => provider.provide), Clock],
    };
  }
}
