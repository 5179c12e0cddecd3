export { ContextApiModule } from './context-api.module';
