import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { UnauthorizedError } from '@app/kernel';
import type { FastifyRequest } from 'fastify';

/**
 * Denies by default: a handler is reached only with a principal, or when its route says that it is public. The hook has
 * seen to that already; this is what stands if somebody ever registers a route past it.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.routeOptions.config.access?.kind === 'public' || request.principal) return true;
    throw new UnauthorizedError();
  }
}
