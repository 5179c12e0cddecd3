export { CatalogueServing } from './catalogue-serving';
export { EventConsumer } from './event-consumer';
export {
  HostCallFailure,
  HostFunctions,
  SystemEffects,
  type HostCallCode,
  type HostFunction,
  type RunFacts,
  type SystemEffect,
} from './extension-points';
export { RunAnnouncer, type RunEnd } from './run-announcer';
export { RunExecutor } from './run-executor';
export { type TaskStart } from './run-input';
export { TaskConsumer } from './task-consumer';
export { RunsWorkerModule } from './runs-worker.module';
export { runsWorkerConfig, type RunsWorkerConfig } from './runs-worker.config';
