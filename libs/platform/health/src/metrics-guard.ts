/** Who may read /metrics: whoever has the token; without one, this machine. */
import { timingSafeEqual, hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

export function mayReadMetrics(request: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) {
    // A proxy on this machine brings requests from anywhere.
    const proxied = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'].some(
      (name) => name in request.headers,
    );
    return !proxied && LOOPBACK.test(request.socket.remoteAddress ?? '');
  }
  const given = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', token, 'buffer'));
}
