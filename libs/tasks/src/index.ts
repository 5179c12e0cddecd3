export { computeUnits, cusMultiplier } from './compute-units';
export { TaskCommands } from './task-commands';
export { TASK_COLUMNS, TaskReads, toTaskView, type TaskRow, type TaskUsage } from './task.queries';
export {
  isEnded,
  TASK_STATUSES,
  TASK_TYPES,
  taskJson,
  taskStatusName,
  type TaskStatus,
  type TaskType,
  type TaskView,
} from './task.view';
export { TasksModule } from './tasks.module';
