import type { RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiBytes, JsonText, uuid } from '@app/platform/http';
import { Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { StreamSubscriptions } from './stream-subscriptions';

const subscribeQuery = z.object({
  project: z.string().optional().meta({ description: 'Id or name: only runs of this project.' }),
});
type SubscribeQuery = z.output<typeof subscribeQuery>;

const EVENT_STREAM = 'text/event-stream';

@ApiTags('Streams')
@Controller('v1/streams')
export class StreamsController {
  constructor(private readonly subscriptions: StreamSubscriptions) {}

  @Post('subscribe-with-event')
  @HttpCode(200)
  @Access('stream', 'read')
  @ApiBytes('Publishes an event and follows its stream', EVENT_STREAM)
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  async subscribeWithEvent(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Res() reply: FastifyReply,
    @Query({ schema: subscribeQuery }) query: SubscribeQuery,
    @JsonText() text: string,
    @Headers('idempotency-key') idempotencyKey?: string,
  ): Promise<void> {
    await this.subscriptions.withEvent(principal, reply, text, query.project, idempotencyKey ?? null);
  }

  @Get(':stream_id/subscribe')
  @Access('stream', 'read')
  @ApiBytes('Follows a stream', EVENT_STREAM)
  async subscribe(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Res() reply: FastifyReply,
    @Param('stream_id', { schema: uuid }) streamId: string,
    @Query({ schema: subscribeQuery }) query: SubscribeQuery,
  ): Promise<void> {
    await this.subscriptions.stream(principal, reply, streamId, query.project);
  }

  @Post(':stream_id/subscribe')
  @HttpCode(200)
  @Access('stream', 'read')
  @ApiBytes('Follows a stream, for clients that buffer answers to GET', EVENT_STREAM)
  async subscribeByPost(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Res() reply: FastifyReply,
    @Param('stream_id', { schema: uuid }) streamId: string,
    @Query({ schema: subscribeQuery }) query: SubscribeQuery,
  ): Promise<void> {
    await this.subscriptions.stream(principal, reply, streamId, query.project);
  }
}
