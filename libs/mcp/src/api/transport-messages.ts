import { AppError } from '@app/kernel';
import type { Caller } from '@app/sync-calls';
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CODES, errorText, readMessage } from './json-rpc';
import { Messages, type Place } from './messages';
import { json, rpcErrorOf, type JsonReply } from './reply';
import { TransportSessions } from './transport-sessions';

/** Messages of the older transport that one process works on at once. */
const MAX_IN_PROGRESS = 1_024;

/** Messages that are acknowledged at once and answered on another connection. */
@Injectable()
export class TransportMessages {
  private readonly log = new Logger(TransportMessages.name);
  private inProgress = 0;

  constructor(
    private readonly messages: Messages,
    private readonly sessions: TransportSessions,
  ) {}

  /** Begins to work on it. Answers what is refused at once, null for all else. Throws `too_many_requests`. */
  take(
    request: FastifyRequest,
    place: Place,
    text: string,
    caller: Caller,
    sessionId: string,
  ): JsonReply | null {
    const message = readMessage(text);
    if (message.kind === 'unreadable') {
      return json(400, errorText('null', CODES.parse, 'The body is not valid JSON'));
    }
    if (this.inProgress >= MAX_IN_PROGRESS) {
      throw new AppError('too_many_requests', 'Too many messages are being worked on', {
        retryAfterSeconds: 1,
      });
    }
    const id = message.kind === 'request' ? (message.request.id ?? 'null') : 'null';
    this.inProgress += 1;
    void this.work(request, place, text, caller, sessionId, id).finally(() => (this.inProgress -= 1));
    return null;
  }

  private async work(
    request: FastifyRequest,
    place: Place,
    text: string,
    caller: Caller,
    sessionId: string,
    id: string,
  ): Promise<void> {
    const send = (message: string): void => this.sessions.send(sessionId, message);
    try {
      const answer = await this.messages.answer(request, place, text, caller);
      if (answer.kind === 'json') send(answer.text);
      else if (answer.kind === 'messages') await answer.play({ begin: () => undefined, send });
    } catch (error) {
      this.log.warn({ event: 'mcp.message_failed', error: error instanceof Error ? error.message : error });
      send(rpcErrorOf(id, error));
    }
  }
}
