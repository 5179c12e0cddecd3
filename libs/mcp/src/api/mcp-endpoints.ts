import { AppError, BadRequestError, ForbiddenError, NotFoundError, parseUuid } from '@app/kernel';
import { mcpConfig, type McpConfig } from '@app/mcp';
import { HeldConnections } from '@app/platform/auth';
import { SseConnections, sseFrame, type SseConnection } from '@app/platform/live';
import { Callers, readBody } from '@app/sync-calls';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireService } from './access';
import { CODES, errorText } from './json-rpc';
import { Messages, type Place } from './messages';
import { isOriginAllowed } from './origin';
import { rpcErrorOf, type Reply } from './reply';
import { TransportMessages } from './transport-messages';
import { TransportSessions } from './transport-sessions';

const JSON_TYPE = 'application/json; charset=utf-8';

/** What both kinds of addresses lead to. */
@Injectable()
export class McpEndpoints {
  constructor(
    private readonly messages: Messages,
    private readonly sessions: TransportSessions,
    private readonly transport: TransportMessages,
    private readonly callers: Callers,
    private readonly connections: SseConnections,
    private readonly held: HeldConnections,
    @Inject(mcpConfig.token) private readonly config: McpConfig,
  ) {}

  async post(request: FastifyRequest, reply: FastifyReply, place: Place): Promise<void> {
    requireHost(request, place);
    if (!isOriginAllowed(request, this.config.allowedOrigins)) return refuseOrigin(reply);
    const text = (await readBody(request.raw)).toString('utf8');
    const answer = await this.messages.answer(request, place, text);
    if (answer.kind !== 'messages') return send(reply, answer);
    let connection: SseConnection | null = null;
    try {
      await answer.play({
        begin: () => (connection = this.connections.open(reply, { lastFrame: undefined })),
        send: (message) => connection?.write(sseFrame('message', message)),
      });
    } catch (error) {
      if (connection === null) throw error;
      (connection as SseConnection).write(sseFrame('message', rpcErrorOf(answer.id, error)));
    }
    (connection as SseConnection | null)?.end();
  }

  /** The older transport: answers come here, messages are posted beside. */
  async get(request: FastifyRequest, reply: FastifyReply, place: Place): Promise<void> {
    requireHost(request, place);
    if (!isOriginAllowed(request, this.config.allowedOrigins)) {
      throw new ForbiddenError('This origin may not call MCP services');
    }
    if (!this.config.enabled) throw new AppError('mcp_disabled', 'MCP is switched off');
    this.sessions.requireLive();
    const env = await this.messages.requireEnv(request, place);
    const { principal } = await this.callers.require(request, env);
    requireService(principal.permissions, place.service);
    let write: (message: string) => void = () => undefined;
    const session = { envId: env.envId, credentialId: principal.credentialId, route: routeOf(place) };
    const { sessionId, close } = await this.sessions.open(session, (message) => write(message));
    const connection = this.connections.open(reply, {
      lastFrame: () => null,
      lastsMs: this.config.sessionTimeoutMs,
    });
    connection.whenClosed(close);
    this.held.hold(principal, connection);
    connection.write(`event: endpoint\ndata: ${routeOf(place)}/messages?sessionId=${sessionId}\n\n`);
    write = (message) => connection.write(sseFrame('message', message));
  }

  async message(
    request: FastifyRequest,
    reply: FastifyReply,
    place: Place,
    given: string | undefined,
  ): Promise<void> {
    requireHost(request, place);
    if (!isOriginAllowed(request, this.config.allowedOrigins)) return refuseOrigin(reply);
    const sessionId = given === undefined ? null : parseUuid(given);
    if (sessionId === null) throw new BadRequestError('sessionId must be a UUID');
    this.sessions.requireLive();
    const env = await this.messages.requireEnv(request, place);
    const caller = await this.callers.require(request, env);
    await this.sessions.require(sessionId, caller.principal, routeOf(place));
    const text = (await readBody(request.raw)).toString('utf8');
    const refused = this.transport.take(request, place, text, caller, sessionId);
    return refused === null ? send(reply, { kind: 'accepted' }) : send(reply, refused);
  }
}

/** The short addresses are those of custom domains. */
function requireHost({ boundHost }: FastifyRequest, { names }: Place): void {
  if (names === null && !boundHost) throw new NotFoundError('Environment');
}

function routeOf({ names, service }: Place): string {
  const parts = names === null ? [service] : [names.orgSlug, names.envName, service];
  return `/mcp/${parts.map(encodeURIComponent).join('/')}`;
}

async function refuseOrigin(reply: FastifyReply): Promise<void> {
  const text = errorText('null', CODES.invalidRequest, 'This origin may not call MCP services');
  await send(reply, { kind: 'json', status: 403, text });
}

async function send(
  reply: FastifyReply,
  answer: Exclude<Reply, { readonly kind: 'messages' }>,
): Promise<void> {
  if (answer.kind === 'accepted') await reply.code(202).send();
  else await reply.code(answer.status).header('content-type', JSON_TYPE).send(answer.text);
}
