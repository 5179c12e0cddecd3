/** The body of a request as bytes, whatever it says it is, chunk by chunk and within a limit. */
import { AppError, BadRequestError } from '@app/kernel';
import type { FastifyRequest } from 'fastify';

/** Bytes that are still read from a client whose body is refused: it would meet a broken pipe instead of the answer. */
const PATIENCE_BYTES = 64 * 1024 * 1024;

/** Throws before a byte is read when the request itself says that it is larger. */
export function requireDeclared(
  { headers }: Pick<FastifyRequest, 'headers'>,
  maxBytes: number,
  tooLarge: () => AppError,
): void {
  const declared = Number(headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLarge();
}

/** Throws what `tooLarge` makes, and BadRequestError when the client goes away. */
export async function* requestBytes(
  request: Pick<FastifyRequest, 'raw'>,
  maxBytes: number,
  tooLarge: () => AppError,
): AsyncGenerator<Buffer> {
  const body = request.raw;
  let bytes = 0;
  let refused = false;
  try {
    // Ending the loop early must not end the connection, which carries the answer.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes <= maxBytes) {
        yield chunk as Buffer;
        continue;
      }
      refused = true;
      if (bytes > maxBytes + PATIENCE_BYTES) break;
    }
  } catch (cause) {
    throw new BadRequestError('The body ended before all of it was sent', { cause });
  }
  if (refused) throw tooLarge();
}
