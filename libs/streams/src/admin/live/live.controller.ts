import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { SseConnections } from '@app/platform/live';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AnswersFile } from '@app/platform/lists';
import { LiveGuests } from './live-guests';
import { LiveHub } from './live-hub';

const liveQuery = z.object({ after: z.string().max(100).optional() });

@ApiTags('Live')
@Controller('admin/v1/orgs/:org/envs/:env/live')
export class LiveController {
  constructor(
    private readonly hub: LiveHub,
    private readonly connections: SseConnections,
    private readonly guests: LiveGuests,
  ) {}

  @Get()
  @Needs('view')
  @AnswersFile('text/event-stream', 'What happens in the environment, as server-sent events')
  async subscribe(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: liveQuery }) query: z.infer<typeof liveQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const slot = this.connections.reserve({ orgId: member.orgId, credentialId: member.sessionId });
    const lastEventId = request.headers['last-event-id'];
    const after = (typeof lastEventId === 'string' ? lastEventId : undefined) ?? query.after;
    const connection = slot.open(reply, { lastFrame: () => null });
    const stop = await this.hub.watch(member.envId, after, { send: (frame) => connection.write(frame) });
    const leave = this.guests.watch(member, () => connection.end());
    connection.whenClosed(() => {
      leave();
      stop();
    });
  }
}
