import { Injectable } from '@nestjs/common';
import type { Principal } from '@app/kernel';
import type { FastifyRequest } from 'fastify';
import { Authenticator } from './authentication';
import { Credentials } from './credentials';
import { parseAuthorization } from './token';

/** API keys, session tokens and service keys in `Authorization: Bearer`. Nothing is taken from queries or cookies. */
@Injectable()
export class BearerAuthenticator extends Authenticator {
  constructor(private readonly credentials: Credentials) {
    super();
  }

  override authenticate(request: FastifyRequest): Principal | Promise<Principal> {
    return this.credentials.verify(parseAuthorization(request.headers.authorization));
  }
}
