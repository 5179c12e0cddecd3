export { FilesWorkerModule } from './files-worker.module';
