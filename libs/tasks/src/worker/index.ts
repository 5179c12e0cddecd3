export { TaskSlots } from './task-slots';
export { TaskWaits } from './task-waits';
export { tasksWorkerConfig, type TasksWorkerConfig } from './tasks-worker.config';
export { TasksWorkerModule } from './tasks-worker.module';
