import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard';
import { Authenticator } from './authentication';
import { BearerAuthenticator } from './bearer.authenticator';
import { Credentials } from './credentials';
import { HeldConnections } from './held-connections';

/** Bearer credentials for the public API. Libs that own credentials register them with `Credentials`. */
@Global()
@Module({
  providers: [
    Credentials,
    HeldConnections,
    { provide: Authenticator, useClass: BearerAuthenticator },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [Credentials, HeldConnections, Authenticator],
})
export class AuthModule {}
