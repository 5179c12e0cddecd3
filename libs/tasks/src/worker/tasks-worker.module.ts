import { CryptoModule } from '@app/platform/crypto';
import { EventSeals, RunTasks } from '@app/runs';
import { TasksModule } from '@app/tasks';
import { Module } from '@nestjs/common';
import { ProgramTasks } from './program-tasks';
import { TaskRepository } from './task.repository';
import { TaskSlots } from './task-slots';
import { TaskWaits } from './task-waits';

/** Tasks as running programs use them: the port `RunTasks` of runs. */
@Module({
  imports: [TasksModule, CryptoModule],
  providers: [
    TaskRepository,
    TaskSlots,
    TaskWaits,
    EventSeals,
    { provide: RunTasks, useClass: ProgramTasks },
  ],
  exports: [RunTasks, TaskSlots, TaskWaits],
})
export class TasksWorkerModule {}
