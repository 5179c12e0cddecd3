import { AppError } from '@app/kernel';
import type { IncomingMessage } from 'node:http';

/** Largest body of a webhook or of an MCP message. */
export const MAX_PUBLIC_BODY_BYTES = 10 * 1024 * 1024;
/** What is read on of a body that is too large, so that its sender gets to see the answer. */
const MAX_DRAINED_BYTES = 64 * 1024 * 1024;

/** The bytes as they came. Throws `payload_too_large`. */
export function readBody(request: IncomingMessage, limit = MAX_PUBLIC_BODY_BYTES): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = (): void =>
      reject(new AppError('payload_too_large', `The body may have at most ${limit} bytes`));
    if (Number(request.headers['content-length'] ?? 0) > MAX_DRAINED_BYTES) return tooLarge();
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limit) chunks.push(chunk);
      else {
        chunks.length = 0;
        if (bytes > MAX_DRAINED_BYTES) tooLarge();
      }
    });
    request.on('end', () => {
      if (bytes > limit) tooLarge();
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));
    });
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new AppError('bad_request', 'The request broke off'));
    });
  });
}
