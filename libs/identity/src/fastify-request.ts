import type { FastifyRequest } from 'fastify';
import type { RequestOrigin } from './request-origin';
import type { ClientFacts } from './session.service';

export function requestOriginOf(request: FastifyRequest): RequestOrigin {
  return {
    protocol: request.protocol,
    host: request.host,
    origin: single(request.headers.origin),
    secFetchSite: single(request.headers['sec-fetch-site']),
    remoteAddress: request.socket.remoteAddress ?? '',
    forwarded: request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined,
  };
}

export const clientFactsOf = (request: FastifyRequest): ClientFacts => ({
  ip: request.ip,
  userAgent: request.headers['user-agent'] ?? null,
});

const single = (header: string | readonly string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : header?.[0];
