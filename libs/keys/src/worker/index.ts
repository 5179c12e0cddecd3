export { KeysWorkerModule } from './keys-worker.module';
