import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { AppError, ForbiddenError, UnauthorizedError } from '@app/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ROUTE_ACCESS, type RouteAccess } from './access.decorators';
import { APP_SESSION } from './app-session.strategy';
import { roleMay } from './capability';
import { requestOriginOf } from './fastify-request';
import { identityConfig, type IdentityConfig } from './identity.config';
import { MembershipService } from './membership.service';
import { isSameOrigin } from './request-origin';
import { SessionCookieWriter } from './session-cookie.writer';
import { equalSecrets } from './session-token';
import type { OpenSession } from './session.service';
import type { SignedIn } from './signed-in';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
export const CSRF_HEADER = 'x-csrf-token';

/**
 * The one guard of the app's API. In this order, so that a request which is wrong in two ways is answered for the first:
 * own page, session, CSRF token, membership, capability. A route that says nothing is refused.
 */
@Injectable()
export class AppSessionGuard extends AuthGuard(APP_SESSION) {
  constructor(
    private readonly reflector: Reflector,
    private readonly memberships: MembershipService,
    private readonly cookies: SessionCookieWriter,
    @Inject(identityConfig.token) private readonly config: IdentityConfig,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === undefined) throw unknownRoute();
    const writes = !SAFE_METHODS.has(request.method);
    const foreign = writes && !isSameOrigin(requestOriginOf(request), this.config.appUrl);
    if (access.kind === 'open') {
      if (foreign) throw new ForbiddenError('The request comes from another site');
      return true;
    }
    await super.canActivate(context);
    const user = signedInOf(request);
    if (foreign) throw new ForbiddenError('The request comes from another site');
    if (writes) requireCsrfToken(request, user);
    await this.requireMembership(request, user);
    if (access.kind === 'capability') requireCapability(request, access);
    return true;
  }

  override handleRequest<T>(error: unknown, user: unknown, _info: unknown, context: ExecutionContext): T {
    if (error !== null && error !== undefined) throw error as Error;
    if (user === false || user === undefined || user === null) throw new UnauthorizedError();
    const opened = user as OpenSession; // what our own strategy returns
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    request.signedIn = opened.user;
    if (opened.renewedForSeconds !== undefined) {
      this.cookies.renew(request, http.getResponse<FastifyReply>(), opened.renewedForSeconds);
    }
    return opened.user as T; // passport's own slot on the request; read through CurrentUser
  }

  private async requireMembership(request: FastifyRequest, user: SignedIn): Promise<void> {
    const { org, env } = request.params as { readonly org?: string; readonly env?: string };
    if (org === undefined) return;
    request.member =
      env === undefined
        ? await this.memberships.inOrg(user, org)
        : await this.memberships.inEnv(user, org, env);
  }
}

// NotFoundError('Route') would be answered with the methods that the route takes.
const unknownRoute = (): AppError => new AppError('not_found', 'Route not found');

function signedInOf(request: FastifyRequest): SignedIn {
  if (request.signedIn === undefined) throw new UnauthorizedError();
  return request.signedIn;
}

function requireCsrfToken(request: FastifyRequest, user: SignedIn): void {
  const sent = request.headers[CSRF_HEADER];
  if (typeof sent !== 'string' || !equalSecrets(sent, user.csrfToken)) {
    throw new ForbiddenError('The CSRF token is missing or wrong. Reload the page and try again.');
  }
}

function requireCapability(
  request: FastifyRequest,
  access: Extract<RouteAccess, { readonly kind: 'capability' }>,
): void {
  const member = request.member;
  // A capability belongs to an organization: without one in the address there is nothing to check it against.
  if (member === undefined) throw unknownRoute();
  if (!roleMay(member.role, access.capability)) {
    throw new ForbiddenError(
      `You need "${access.capability}" here. An admin of ${member.orgName} can grant it.`,
    );
  }
}
