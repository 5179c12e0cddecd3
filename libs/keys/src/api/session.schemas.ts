import { ACTIONS, ALL_ACTIONS } from '@app/access';
import type { SessionView } from '@app/keys';
import { RawJson } from '@app/platform/http';
import type { ApiBodyOptions } from '@nestjs/swagger';
import { z } from 'zod';

const permissions = z.record(z.string(), z.array(z.string()));

export const sessionResponse = z
  .object({
    session_id: z.uuid(),
    permissions,
    metadata: z.json(),
    expires_at: z.iso.datetime(),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Session' });

export const createdSessionResponse = sessionResponse
  .extend({ token: z.string().meta({ description: 'The credential. Shown in this answer only.' }) })
  .meta({ id: 'CreatedSession' });

export const revokedResponse = z.object({ revoked_count: z.int() }).meta({ id: 'Revoked' });

/** For the documentation: resource URNs and actions. */
export const PERMISSIONS_INPUT = {
  type: 'object',
  additionalProperties: {
    type: 'array',
    minItems: 1,
    items: { type: 'string', enum: [...ACTIONS, ALL_ACTIONS] },
  },
  example: { 'stream:*': ['read'], 'event:chat:*': ['create'] },
  description: 'Resource → actions. Must be part of what the API key itself may do.',
};

/** For the documentation only: the body is read as text, so that the metadata stays as it came. */
export const createSessionRequest: ApiBodyOptions = {
  schema: {
    type: 'object',
    required: ['permissions'],
    properties: {
      permissions: PERMISSIONS_INPUT,
      metadata: { description: 'Any JSON value of at most 16 KiB' },
      expires_in: {
        type: ['integer', 'null'],
        minimum: 1,
        maximum: 86_400,
        default: 3_600,
        description: 'Seconds',
      },
    },
  },
};

/** The metadata goes out as the text that came in. */
export function toSessionResponse(session: SessionView, token?: string): RawJson {
  return new RawJson(
    `{"session_id":"${session.sessionId}",` +
      (token === undefined ? '' : `"token":"${token}",`) +
      `"permissions":${JSON.stringify(session.permissions)},"metadata":${session.metadata ?? 'null'},` +
      `"expires_at":"${session.expiresAt.toISOString()}","created_at":"${session.createdAt.toISOString()}",` +
      `"last_used_at":${JSON.stringify(session.lastUsedAt)}}`,
  );
}
