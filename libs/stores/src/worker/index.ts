export { StoresWorkerModule } from './stores-worker.module';
