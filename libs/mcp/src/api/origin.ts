import type { FastifyRequest } from 'fastify';

/**
 * Whether a page may talk to the service: pages of the endpoint's own origin and of listed ones. A program that is no
 * browser sends no origin. `X-Forwarded-Host` is not asked: a page could have it set.
 */
export function isOriginAllowed(request: FastifyRequest, allowed: readonly string[]): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  const forwarded = request.headers['x-forwarded-proto'];
  const [scheme = 'http'] = String(forwarded ?? 'http').split(',', 1);
  const own = `${scheme.trim()}://${request.headers.host ?? ''}`;
  return [own, ...allowed].some((one) => one.toLowerCase() === origin.toLowerCase());
}
