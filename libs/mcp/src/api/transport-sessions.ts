/**
 * Connections of the older HTTP+SSE transport. One process holds the connection, any process may get the messages: what
 * binds them is a note in Redis, and answers travel as notices. When Redis is wiped clients connect again.
 */
import { randomUUID } from 'node:crypto';
import { AppError, type RequestPrincipal } from '@app/kernel';
import { LiveBus } from '@app/platform/live';
import { RedisConnections } from '@app/platform/redis';
import { mcpConfig, type McpConfig } from '@app/mcp';
import { Inject, Injectable } from '@nestjs/common';

export interface TransportSession {
  readonly envId: string;
  readonly credentialId: string;
  /** The service's path. */
  readonly route: string;
}

@Injectable()
export class TransportSessions {
  constructor(
    private readonly redis: RedisConnections,
    private readonly bus: LiveBus,
    @Inject(mcpConfig.token) private readonly config: McpConfig,
  ) {}

  requireLive(): void {
    if (!this.bus.isUp()) {
      throw new AppError('pubsub_unavailable', 'This transport is not available at the moment');
    }
  }

  /** @returns its id, and how to end it */
  async open(
    session: TransportSession,
    onMessage: (message: string) => void,
  ): Promise<{ readonly sessionId: string; readonly close: () => void }> {
    const sessionId = randomUUID();
    const stop = await this.bus.subscribe(channelOf(sessionId), onMessage);
    const seconds = Math.max(1, Math.ceil(this.config.sessionTimeoutMs / 1_000));
    await this.redis.commands().set(this.key(sessionId), JSON.stringify(session), 'EX', seconds);
    return {
      sessionId,
      close: () => {
        stop();
        // It ends by itself soon after.
        this.redis
          .commands()
          .del(this.key(sessionId))
          .catch(() => undefined);
      },
    };
  }

  /** Throws `mcp_transport_session_not_found`, and `mcp_transport_session_mismatch` for somebody else's. */
  async require(sessionId: string, principal: RequestPrincipal, route: string): Promise<void> {
    const text = await this.redis.commands().get(this.key(sessionId));
    if (text === null) {
      throw new AppError('mcp_transport_session_not_found', 'The transport session is unknown or has ended');
    }
    const session = JSON.parse(text) as TransportSession; // written by ourselves
    const isSame =
      session.envId === principal.envId &&
      session.credentialId === principal.credentialId &&
      session.route === route;
    if (isSame) return;
    throw new AppError(
      'mcp_transport_session_mismatch',
      'The transport session was opened for another service or with another credential',
    );
  }

  send(sessionId: string, message: string): void {
    this.bus.publish(channelOf(sessionId), message);
  }

  private key(sessionId: string): string {
    return `${this.redis.prefix}:mcp:${sessionId}`;
  }
}

function channelOf(sessionId: string): string {
  return `mcp:${sessionId}`;
}
