import { AppError, UnauthorizedError } from '@app/kernel';
import type { FastifyInstance } from 'fastify';

/** A sign-in is some hundred bytes. */
const SIGN_IN_BYTES = 16_384;

/**
 * Bodies are read before guards run. Without a cookie there can be no session: a stranger is turned away before a byte
 * of the body is read, and where strangers may send something, it is no more than signing in takes.
 */
export function turnStrangersAway(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (request.headers.cookie !== undefined || request.is404) return done();
    if (request.routeOptions.config.access?.kind !== 'public') return done(new UnauthorizedError());
    const length = Number(request.headers['content-length'] ?? 0);
    const chunked = request.headers['transfer-encoding'] !== undefined;
    if (!chunked && length <= SIGN_IN_BYTES) return done();
    done(new AppError('payload_too_large', 'The request body is too large without a session'));
  });
}
