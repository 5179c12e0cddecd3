/**
 * Which environment a request is for, by the host that it was sent to. A host that is neither ours nor a custom domain
 * is answered 404, whatever was asked of it.
 */
import { isIP } from 'node:net';
import { NotFoundError, type EnvScope } from '@app/kernel';
import type { HttpApp } from './http-app';
import { httpConfig, type HttpConfig } from './http.config';

/** An environment that a host name belongs to. */
export interface BoundHost extends EnvScope {
  readonly domain: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The custom domain that the request was sent to; null for hosts of the platform itself. */
    boundHost: BoundHost | null;
  }
}

/** Knows the custom domains. */
export abstract class HostResolver {
  /** Null when the host is no domain that may be used. */
  abstract resolve(host: string): BoundHost | null | Promise<BoundHost | null>;
}

/** Hosts that clients know us by, whatever is configured. */
const OWN_HOSTS: readonly string[] = ['localhost', 'api.hot.dev', 'api.hot-stg.dev'];
/** What asks for these wants the process, not an environment. */
const EVERYWHERE: ReadonlySet<string> = new Set(['/status', '/healthz/live', '/healthz/ready', '/metrics']);

const MAX_REMEMBERED = 100;

/** The name in a Host header, without port and brackets; null when there is none. */
export function hostNameOf(header: string | undefined): string | null {
  const host = header?.trim().toLowerCase() ?? '';
  if (host === '') return null;
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1];
  // More than one colon and no brackets: a bare IPv6 address.
  return bracketed ?? (isIP(host) === 6 ? host : host.replace(/:\d*$/, ''));
}

/** Names that the operator has given the platform. */
export function ownHostsOf({
  knownHosts,
  apiUrl,
}: Pick<HttpConfig, 'knownHosts' | 'apiUrl'>): readonly string[] {
  return apiUrl !== undefined && URL.canParse(apiUrl)
    ? [...knownHosts, new URL(apiUrl).hostname]
    : knownHosts;
}

/** Whether the host is the platform itself. */
export function isKnownHost(host: string, configured: readonly string[]): boolean {
  return (
    isIP(host) !== 0 || OWN_HOSTS.includes(host) || configured.some((each) => each.toLowerCase() === host)
  );
}

/** Puts the host before everything else. Install before authentication. */
export function installHostRouting({ app, server }: HttpApp): void {
  const known = ownHostsOf(app.get<HttpConfig>(httpConfig.token));
  const resolver = app.get(HostResolver, { strict: false });
  server.decorateRequest('boundHost', null);
  // Almost every request comes with one of a few headers.
  const ours = new Set<string>();
  server.addHook('onRequest', (request, _reply, done) => {
    const { host: header = '' } = request.headers;
    if (ours.has(header)) return done();
    const host = hostNameOf(header);
    if (host === null || isKnownHost(host, known)) {
      if (ours.size < MAX_REMEMBERED) ours.add(header);
      return done();
    }
    if (EVERYWHERE.has(request.routeOptions.url ?? '')) return done();
    const bind = (bound: BoundHost | null): void => {
      if (bound === null) return done(new NotFoundError('Domain'));
      request.boundHost = bound;
      done();
    };
    const found = resolver.resolve(host);
    if (found instanceof Promise) found.then(bind, done);
    else bind(found);
  });
}
