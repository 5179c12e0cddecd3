/**
 * Authentication runs as a hook of the HTTP server, before a byte of the body is read: a stranger can't make us parse
 * or store anything, and an unknown route is answered 404 without looking at credentials.
 */
import { ForbiddenError, newId, type Principal, type RequestPrincipal } from '@app/kernel';
import {
  clientIpReader,
  httpConfig,
  pathOf,
  type ClientIp,
  type HttpApp,
  type HttpConfig,
} from '@app/platform/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AccessRecorder, type AccessRecord } from './access-record';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every request of a route that is not public. */
    principal: RequestPrincipal | null;
  }
}

/** Who sends a request. Throws UnauthorizedError. */
export abstract class Authenticator {
  abstract authenticate(request: FastifyRequest): Principal | Promise<Principal>;
}

/** Whether a known caller may send this request now: the last question before it is recorded. Throws an AppError. */
export abstract class Admission {
  abstract admit(principal: Principal): void | Promise<void>;
}

export interface AuthenticationOptions {
  /** Whether an access record is written per request. */
  readonly record: boolean;
  /** Whether the `Admission` of the application is asked. */
  readonly admission?: boolean;
}

/**
 * Puts authentication in front of every route that is registered from now on. The server refuses to start when one of
 * them says neither who may call it (@Access) nor that anybody may (@Public).
 */
export function installAuthentication({ app, server }: HttpApp, options: AuthenticationOptions): void {
  const authenticator = app.get(Authenticator);
  const recorder = options.record ? app.get(AccessRecorder) : undefined;
  const admission = options.admission === true ? app.get(Admission, { strict: false }) : undefined;
  const clientIp = clientIpReader(app.get<HttpConfig>(httpConfig.token));
  refuseUnmarkedRoutes(server);
  server.decorateRequest('principal', null);
  server.addHook('onRequest', (request, _reply, done) => {
    if (request.is404 || request.routeOptions.config.access?.kind === 'public') return done();
    const begin = (principal: Principal): void => {
      const accessId = newId();
      request.principal = { ...principal, accessId };
      recorder?.record(accessRecordOf(request, request.principal, clientIp));
      done();
    };
    const accept = (principal: Principal): void | Promise<void> => {
      requireOwnHost(request, principal);
      const waiting = admission?.admit(principal);
      return waiting === undefined ? begin(principal) : waiting.then(() => begin(principal));
    };
    try {
      const answer = authenticator.authenticate(request);
      const accepted = answer instanceof Promise ? answer.then(accept) : accept(answer);
      accepted?.catch(done);
    } catch (error) {
      done(error as Error); // UnauthorizedError, or what the server will answer 500 for
    }
  });
}

/** A host that belongs to an environment takes credentials of that environment only. */
function requireOwnHost({ boundHost }: FastifyRequest, principal: Principal): void {
  if (boundHost && boundHost.envId !== principal.envId) {
    throw new ForbiddenError('This credential belongs to another environment than this host');
  }
}

function refuseUnmarkedRoutes(server: FastifyInstance): void {
  const unmarked: string[] = [];
  server.addHook('onRoute', ({ method, url, config }) => {
    // OPTIONS routes are made by the CORS plugin, which answers them before any handler.
    if (config?.access === undefined && method !== 'OPTIONS') unmarked.push(`${String(method)} ${url}`);
  });
  server.addHook('onReady', (done) => {
    done(
      unmarked.length === 0
        ? undefined
        : new Error(`These routes have neither @Access nor @Public: ${unmarked.join(', ')}`),
    );
  });
}

/** @param shownPath what is kept of the path, where it holds a secret */
export function accessRecordOf(
  request: FastifyRequest,
  principal: RequestPrincipal,
  clientIp: ClientIp,
  shownPath?: string,
): AccessRecord {
  const { kind, credentialId } = principal;
  const path = pathOf(request);
  const url = request.raw.url ?? '';
  return {
    accessId: principal.accessId,
    envId: principal.envId,
    retentionClass: principal.retentionClass,
    apiKeyId: kind === 'api-key' ? credentialId : null,
    serviceKeyId: kind === 'service-key' ? credentialId : null,
    sessionId: kind === 'session' ? credentialId : null,
    userId: principal.userId,
    source: 'api',
    ipAddress: clientIp(request),
    userAgent: request.headers['user-agent'] ?? null,
    host: request.boundHost?.domain ?? request.headers.host ?? null,
    method: request.method,
    path: shownPath ?? path,
    queryParams: url.length > path.length + 1 ? url.slice(path.length + 1) : null,
  };
}
