export { TaskConsumer } from './task-consumer';
export { TaskConsumerModule } from './task-consumer.module';
export { TaskSlots } from './task-slots';
export { TaskWaits } from './task-waits';
export { tasksWorkerConfig, type TasksWorkerConfig } from './tasks-worker.config';
export { TasksWorkerModule } from './tasks-worker.module';
