import { ObserveModule } from '@app/observe';
import { TasksModule } from '@app/tasks';
import { Module } from '@nestjs/common';
import { TaskListQueries } from './task-list.queries';
import { TasksController } from './tasks.controller';

@Module({
  imports: [ObserveModule, TasksModule],
  controllers: [TasksController],
  providers: [TaskListQueries],
})
export class TasksAdminModule {}
