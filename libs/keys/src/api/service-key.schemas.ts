import type { ServiceKeyView } from '@app/keys';
import { RawJson } from '@app/platform/http';
import type { ApiBodyOptions } from '@nestjs/swagger';
import { z } from 'zod';
import { PERMISSIONS_INPUT } from './session.schemas';

export const serviceKeyResponse = z
  .object({
    service_key_id: z.uuid(),
    name: z.string().nullable(),
    description: z.string().nullable(),
    permissions: z.record(z.string(), z.array(z.string())),
    metadata: z.json(),
    expires_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ServiceKey' });

export const createdServiceKeyResponse = serviceKeyResponse
  .extend({ token: z.string().meta({ description: 'The credential. Shown in this answer only.' }) })
  .meta({ id: 'CreatedServiceKey' });

const METADATA_INPUT = { description: 'Any JSON value of at most 16 KiB, encrypted at rest' } as const;

/** For the documentation only: the body is read as text, so that the metadata stays as it came. */
export const createServiceKeyRequest: ApiBodyOptions = {
  schema: {
    type: 'object',
    required: ['permissions'],
    properties: {
      name: { type: ['string', 'null'], maxLength: 255 },
      description: { type: ['string', 'null'], maxLength: 2_000 },
      permissions: { ...PERMISSIONS_INPUT, example: { 'mcp:weather/*': ['execute'] } },
      metadata: METADATA_INPUT,
      expires_in: {
        type: ['integer', 'null'],
        minimum: 1,
        description: 'Seconds; without it the key never expires',
      },
    },
  },
};

export const updateServiceKeyRequest: ApiBodyOptions = {
  schema: { type: 'object', properties: { metadata: METADATA_INPUT } },
};

/** The metadata goes out as the text that came in. */
export function toServiceKeyResponse(key: ServiceKeyView, token?: string): RawJson {
  return new RawJson(
    `{"service_key_id":"${key.serviceKeyId}","name":${JSON.stringify(key.name)},` +
      `"description":${JSON.stringify(key.description)},` +
      (token === undefined ? '' : `"token":"${token}",`) +
      `"permissions":${JSON.stringify(key.permissions)},"metadata":${key.metadata ?? 'null'},` +
      `"expires_at":${JSON.stringify(key.expiresAt)},"revoked_at":${JSON.stringify(key.revokedAt)},` +
      `"created_at":"${key.createdAt.toISOString()}","last_used_at":${JSON.stringify(key.lastUsedAt)}}`,
  );
}
