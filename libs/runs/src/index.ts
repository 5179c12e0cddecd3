export { EventSeals, type CallerRequest, type SealedContents, type SealedText } from './event-seals';
export { FILE_CALLS, RunFiles, type FileCall, type FileUser } from './files.port';
export { RunCommands, type RerunOptions } from './run-commands';
export { requireRunPermission } from './run.permissions';
export { RunReads } from './run.queries';
export { isTerminal, runJson, type RunView } from './run.view';
export { RunsModule } from './runs.module';
export { restoreLeaves, SHOWN as SECRET_SHOWN, type HiddenLeaf } from './secret-leaves';
export {
  RunSchedules,
  SCHEDULE_CALLS,
  SCHEDULE_EVENTS,
  type ScheduleCall,
  type ScheduleEvent,
  type ScheduleUser,
} from './schedules.port';
export {
  ContextUnreadableError,
  RunContexts,
  Serving,
  type ContextNeeds,
  type EnvFacts,
  type FunctionTarget,
  type RunContext,
  type RunTarget,
  type Soon,
} from './serving.port';
export { RunStores, STORE_CALLS, type StoreCall, type StoreUser } from './stores.port';
export {
  RunTasks,
  TASK_CALLS,
  type Admission,
  type ContainerStart,
  type TaskCall,
  type TaskContainers,
  type TaskPlaces,
  type TaskUser,
} from './tasks.port';
export { TraceReader } from './trace-reader';
