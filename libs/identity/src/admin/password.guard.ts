import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { loginBody } from '@app/contracts';
import { PASSWORD, SignInFailedError } from '@app/identity';
import { BadRequestError } from '@app/kernel';
import type { FastifyRequest } from 'fastify';

/** Passport's password strategy in front of the sign-in route. The account's id is on the request afterwards. */
@Injectable()
export class PasswordGuard extends AuthGuard(PASSWORD) {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    // Passport also looks for missing fields in the query. Passwords in addresses end up in logs, so it never gets to.
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!loginBody.safeParse(body).success) throw new BadRequestError('email and password are required');
    await super.canActivate(context);
    return true;
  }

  override handleRequest<T>(error: unknown, userId: unknown): T {
    if (error !== null && error !== undefined) throw error as Error;
    if (typeof userId !== 'string') throw new SignInFailedError();
    return userId as T; // the id that our strategy returned
  }
}
