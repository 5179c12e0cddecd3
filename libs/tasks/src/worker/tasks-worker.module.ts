import { PlansModule } from '@app/plans';
import { ContainersModule } from '@app/platform/containers';
import { CryptoModule } from '@app/platform/crypto';
import { EventSeals, RunTasks } from '@app/runs';
import { TasksModule } from '@app/tasks';
import { Module } from '@nestjs/common';
import { ContainerLeftovers } from './containers/container-leftovers';
import { ContainerTasks } from './containers/container-tasks';
import { ProgramTasks } from './program-tasks';
import { TaskQuotas } from './task-quotas';
import { TaskRepository } from './task.repository';
import { TaskSlots } from './task-slots';
import { TaskWaits } from './task-waits';

/** Tasks as running programs use them: the port `RunTasks` of runs. */
@Module({
  imports: [TasksModule, CryptoModule, ContainersModule, PlansModule],
  providers: [
    TaskRepository,
    TaskQuotas,
    ContainerLeftovers,
    ContainerTasks,
    TaskSlots,
    TaskWaits,
    EventSeals,
    { provide: RunTasks, useClass: ProgramTasks },
  ],
  exports: [RunTasks, TaskSlots, TaskWaits],
})
export class TasksWorkerModule {}
