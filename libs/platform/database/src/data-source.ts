import type { DataSourceOptions } from 'typeorm';
import { connectionSettings, SCHEMA } from './connection';
import type { DatabaseConfig } from './database.config';
import { SnakeNamingStrategy } from './naming-strategy';

/** Options of the application's own data source. It never migrates and never synchronizes. */
export function dataSourceOptions(config: DatabaseConfig, applicationName: string): DataSourceOptions {
  return {
    type: 'postgres',
    url: config.url,
    schema: SCHEMA,
    synchronize: false,
    logging: false,
    namingStrategy: new SnakeNamingStrategy(),
    applicationName,
    poolSize: config.maxConnections,
    connectTimeoutMS: config.connectTimeoutMs,
    installExtensions: false,
    extra: { ...connectionSettings(config), idleTimeoutMillis: 30_000 },
  };
}
