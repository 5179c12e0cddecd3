import { AppError } from '@app/kernel';
import type { FastifyInstance } from 'fastify';

/** A sign-in is some hundred bytes. */
const STRANGER_BODY_BYTES = 16_384;

/**
 * Bodies are read before guards run. Without a cookie there can be no session, so a stranger gets to send no more than
 * signing in takes.
 */
export function installBodyGuard(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (request.headers.cookie !== undefined || request.is404) return done();
    const length = Number(request.headers['content-length'] ?? 0);
    const chunked = request.headers['transfer-encoding'] !== undefined;
    if (!chunked && length <= STRANGER_BODY_BYTES) return done();
    done(new AppError('payload_too_large', 'The request body is too large without a session'));
  });
}
