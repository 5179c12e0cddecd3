import { ServiceKeysModule, SessionsModule } from '@app/keys';
import { Module } from '@nestjs/common';
import { ServiceKeysController } from './service-keys.controller';
import { SessionsController } from './sessions.controller';

/** What API keys do with the credentials they make. */
@Module({
  imports: [SessionsModule, ServiceKeysModule],
  controllers: [SessionsController, ServiceKeysController],
})
export class KeysApiModule {}
