import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentEnv, MembershipService, Needs, SessionService, type EnvMember } from '@app/identity';
import { SseConnections } from '@app/platform/live';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AnswersFile } from '@app/platform/lists';
import { LiveHub } from './live-hub';

const liveQuery = z.object({ after: z.string().max(100).optional() });

/** A subscription outlives the request that was checked: it is asked again whether it may still be open. */
const CHECK_EVERY_MS = 15_000;

@ApiTags('Live')
@Controller('admin/v1/orgs/:org/envs/:env/live')
export class LiveController {
  constructor(
    private readonly hub: LiveHub,
    private readonly connections: SseConnections,
    private readonly sessions: SessionService,
    private readonly memberships: MembershipService,
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
    const check = setInterval(() => {
      this.mayStillWatch(member).then(
        (may) => {
          if (!may) connection.end();
        },
        () => undefined, // the database is away, and with it all news
      );
    }, CHECK_EVERY_MS).unref();
    connection.whenClosed(() => {
      clearInterval(check);
      stop();
    });
  }

  private async mayStillWatch(member: EnvMember): Promise<boolean> {
    if (!(await this.sessions.isValid(member.sessionId))) return false;
    return this.memberships.inEnv(member, member.orgId, member.envId).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && error.name === 'NotFoundError') return false;
        throw error;
      },
    );
  }
}
