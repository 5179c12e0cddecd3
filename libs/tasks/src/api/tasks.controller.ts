import { requirePermission } from '@app/access';
import type { RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiItem, uuid } from '@app/platform/http';
import { TaskReads } from '@app/tasks';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { taskResponse, toTaskResponse } from './task.response';

@ApiTags('Tasks')
@Controller('v1/tasks')
export class TasksController {
  constructor(private readonly reads: TaskReads) {}

  @Get(':task_id')
  @Access('stream', 'read')
  @ApiItem('One task', taskResponse)
  async get(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('task_id', { schema: uuid }) taskId: string,
  ): Promise<object> {
    const task = await this.reads.get(principal, taskId);
    requirePermission(principal, 'read', `stream:${task.streamId}`);
    return toTaskResponse(task);
  }
}
