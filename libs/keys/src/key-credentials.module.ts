import { Module } from '@nestjs/common';
import { ApiKeyCredentials } from './api-key.credentials';
import { KeysModule } from './keys.module';

/** Lets API keys in. Needs AuthModule. */
@Module({ imports: [KeysModule], providers: [ApiKeyCredentials] })
export class KeyCredentialsModule {}
