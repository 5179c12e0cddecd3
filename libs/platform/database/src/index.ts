export { connectionSettings, SCHEMA, type ConnectionSettings } from './connection';
export { databaseConfig, type DatabaseConfig } from './database.config';
export {
  databaseErrorCode,
  isRetryable,
  isUniqueViolation,
  translateDatabaseError,
} from './database-failure';
export { DatabaseModule } from './database.module';
export { Db, type AfterCommit } from './db';
export { assertMigrated, runMigrations, SchemaTooNewError, SchemaTooOldError } from './migrations';
export { DbNotices, type NoticeListener } from './notices';
export { statement, type Statement } from './statement';
export { withDatabase } from './with-database';
