import { isGranted } from '@app/access';
import { EventAcceptor, type EventRouting, type EventSource, type StreamMode } from '@app/dispatch';
import {
  BadRequestError,
  ForbiddenError,
  type EnvScope,
  type Principal,
  type RetentionClass,
} from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import type { EventView } from './event.view';
import { cut, scanJson } from './json-scan';
import type { PublishBody } from './publish-body';

/** On whose behalf an event is published. */
export interface Publisher extends EnvScope {
  readonly retentionClass: RetentionClass;
  readonly userId: string | null;
  readonly accessId: string | null;
}

export interface PublishOptions {
  readonly source: EventSource;
  /** At most 128 characters; a repeated request within 24 hours gives back the first event. */
  readonly idempotencyKey?: string | null;
  /** Where the event must go; set by the server only. */
  readonly routing?: EventRouting | null;
  /** Secrets that the data hides, from the event that it is a copy of. */
  readonly sealed?: string | null;
  /** What is known of the body's stream; by default nothing. */
  readonly stream?: StreamMode;
}

const MAX_IDEMPOTENCY_KEY = 128;

@Injectable()
export class EventCommands {
  constructor(private readonly acceptor: EventAcceptor) {}

  /**
   * Publishes an event: durable when it resolves, handled at least once afterwards. Throws NotFoundError for a stream
   * of another env, ConflictError for an idempotency key that was used for something else, UnavailableError when the
   * database cannot be reached.
   */
  async publish(publisher: Publisher, body: PublishBody, options: PublishOptions): Promise<EventView> {
    const { orgId, envId, retentionClass, userId, accessId } = publisher;
    const key = options.idempotencyKey ?? null;
    if (key !== null && (key.length === 0 || key.length > MAX_IDEMPOTENCY_KEY)) {
      throw new BadRequestError(`Idempotency-Key must have 1 to ${MAX_IDEMPOTENCY_KEY} characters`);
    }
    const accepted = await this.acceptor.accept({
      orgId,
      envId,
      retentionClass,
      eventType: body.eventType,
      eventData: body.eventData,
      streamId: body.streamId,
      source: options.source,
      byUserId: userId,
      accessId,
      routing: options.routing ?? null,
      sealed: options.sealed ?? null,
      idempotency: key === null ? null : { key, requestHash: hashOf(body) },
      ...(options.stream === undefined ? {} : { stream: options.stream }),
    });
    return {
      eventId: accepted.eventId,
      envId,
      streamId: accepted.streamId,
      eventType: body.eventType,
      eventData: body.eventData,
      sealed: options.sealed ?? null,
      eventTimeMs: accepted.eventTimeMs,
    };
  }
}

/**
 * Throws ForbiddenError unless the credential may do this to events of the type. A call of a function may also be
 * allowed by a grant for that function.
 */
export function requireEventPermission(
  principal: Principal,
  action: 'create' | 'read',
  eventType: string,
  eventData: string,
): void {
  const urn = `event:${eventType}`;
  if (isGranted(principal.permissions, urn, action)) return;
  if (eventType === 'hot:call') {
    const fn = calledFunction(eventData);
    if (fn !== null && isGranted(principal.permissions, `call:${fn}`, action)) return;
  }
  throw new ForbiddenError(`Credential does not have ${action} permission for ${urn}`);
}

function calledFunction(eventData: string): string | null {
  const scan = scanJson(eventData);
  if (!scan.ok) return null;
  const span = scan.members.get('fn');
  const value: unknown = span === undefined ? null : JSON.parse(cut(eventData, span));
  return typeof value === 'string' ? value : null;
}

function hashOf(body: PublishBody): string {
  return hash('sha256', `${body.eventType}\n${body.streamId ?? ''}\n${body.eventData}`, 'hex');
}
