import type { FastifyRequest } from 'fastify';

/** The address as its caller wrote it, which is what some providers sign. Null without a host. */
export function originalUrlOf(
  request: FastifyRequest,
  token: string,
): { readonly text: string; readonly secret: string } | null {
  const host = firstOf(request.headers['x-forwarded-host']) ?? request.headers.host ?? '';
  if (host === '') return null;
  const scheme = firstOf(request.headers['x-forwarded-proto']) ?? 'https';
  const port = scheme === 'https' ? ':443' : scheme === 'http' ? ':80' : null;
  const shown = port !== null && host.endsWith(port) ? host.slice(0, -port.length) : host;
  return { text: `${scheme}://${shown}${request.raw.url ?? ''}`, secret: token };
}

function firstOf(header: string | string[] | undefined): string | undefined {
  const [first = ''] = (Array.isArray(header) ? (header[0] ?? '') : (header ?? '')).split(',', 1);
  return first.trim() === '' ? undefined : first.trim();
}
