import type { ValueText } from '@app/contracts';
import type { FastifyReply } from 'fastify';

const SHOWN_CHARS = 262_144;

/** A stored JSON text for a page: as it is, cut where nobody reads on. */
export const toValueText = (text: string): ValueText => ({
  json: text.length > SHOWN_CHARS ? text.slice(0, SHOWN_CHARS) : text,
  bytes: Buffer.byteLength(text),
  truncated: text.length > SHOWN_CHARS,
});

/** The whole text as a file. `no-store` and attachment: customer data is never shown as a page of ours. */
export function sendJsonAttachment(reply: FastifyReply, name: string, text: string): void {
  void reply
    .type('application/json; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(text);
}
