export { Retention } from './retention';
export { RetentionModule } from './retention.module';
export { retentionConfig, type RetentionConfig } from './retention.config';
