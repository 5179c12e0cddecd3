import { Module } from '@nestjs/common';
import { TaskCommands } from './task-commands';
import { TaskReads } from './task.queries';

@Module({ providers: [TaskReads, TaskCommands], exports: [TaskReads, TaskCommands] })
export class TasksModule {}
