import { RunsWorkerModule } from '@app/runs/worker';
import { Module } from '@nestjs/common';
import { TaskConsumer } from './task-consumer';
import { TasksWorkerModule } from './tasks-worker.module';

/** Runs tasks. Starts nothing by itself: the roles of the worker do. */
@Module({
  imports: [RunsWorkerModule, TasksWorkerModule],
  providers: [TaskConsumer],
  exports: [TaskConsumer],
})
export class TaskConsumerModule {}
