import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { UnauthorizedError, type RequestPrincipal } from '@app/kernel';
import type { FastifyRequest } from 'fastify';

/** The principal of the request, with the id of its access record. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): RequestPrincipal => {
    const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!principal) throw new UnauthorizedError();
    return principal;
  },
);
