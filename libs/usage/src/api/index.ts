export { UsageApiModule } from './usage-api.module';
