import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { dataSourceOptions } from './data-source';
import { databaseConfig, type DatabaseConfig } from './database.config';
import { Db } from './db';
import { DbNotices } from './notices';

/** One data source and one pool per process. Libs add their tables with `TypeOrmModule.forFeature([Entity])`. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [databaseConfig.token],
      useFactory: (config: DatabaseConfig) => ({
        ...dataSourceOptions(config, 'hot-platform'),
        autoLoadEntities: true,
        retryAttempts: 3,
        retryDelay: 500,
      }),
    }),
  ],
  providers: [Db, DbNotices],
  exports: [Db, DbNotices],
})
export class DatabaseModule {}
