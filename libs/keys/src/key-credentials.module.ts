import { Module } from '@nestjs/common';
import { ApiKeyCredentials } from './api-key.credentials';
import { KeysModule } from './keys.module';
import { ServiceKeyCredentials } from './service-key.credentials';
import { ServiceKeysModule } from './service-keys.module';
import { SessionCredentials } from './session.credentials';
import { SessionsModule } from './sessions.module';

/** Lets API keys, sessions and service keys in. Needs AuthModule. */
@Module({
  imports: [KeysModule, SessionsModule, ServiceKeysModule],
  providers: [ApiKeyCredentials, SessionCredentials, ServiceKeyCredentials],
})
export class KeyCredentialsModule {}
