export { ContextWorkerModule } from './context-worker.module';
