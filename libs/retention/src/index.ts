export { Retention } from './retention';
export { RetentionModule } from './retention.module';
