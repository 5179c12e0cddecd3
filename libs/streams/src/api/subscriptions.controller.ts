import { requirePermission } from '@app/access';
import type { RequestPrincipal } from '@app/kernel';
import { EnvService } from '@app/orgs';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiBytes, uuid } from '@app/platform/http';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { StreamSubscriptions } from './stream-subscriptions';

const EVENT_STREAM = 'text/event-stream';

/** Subscriptions whose paths belong to other things than streams. */
@ApiTags('Streams')
@Controller('v1')
export class SubscriptionsController {
  constructor(
    private readonly subscriptions: StreamSubscriptions,
    private readonly envs: EnvService,
  ) {}

  @Get('env/subscribe')
  @Access('env', 'read')
  @ApiBytes('Follows all activity of the environment', EVENT_STREAM)
  async env(@CurrentPrincipal() principal: RequestPrincipal, @Res() reply: FastifyReply): Promise<void> {
    const env = await this.envs.current(principal);
    requirePermission(principal, 'read', `env:${env.envId}`, `env:${env.name}`);
    await this.subscriptions.env(principal, reply);
  }

  @Get('runs/:run_id/subscribe')
  @Access('run', 'read')
  @ApiBytes('Follows one run until it ends', EVENT_STREAM)
  async run(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Res() reply: FastifyReply,
    @Param('run_id', { schema: uuid }) runId: string,
  ): Promise<void> {
    await this.subscriptions.run(principal, reply, runId);
  }

  @Get('tasks/:task_id/subscribe')
  @Access('stream', 'read')
  @ApiBytes('Follows one task until it ends', EVENT_STREAM)
  async task(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Res() reply: FastifyReply,
    @Param('task_id', { schema: uuid }) taskId: string,
  ): Promise<void> {
    await this.subscriptions.task(principal, reply, taskId);
  }
}
