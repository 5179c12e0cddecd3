export { AppsWorkerModule } from './apps-worker.module';
export { PlatformBoot } from './platform-boot';
