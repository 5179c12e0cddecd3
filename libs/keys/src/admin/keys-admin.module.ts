import { Module } from '@nestjs/common';
import { KeysModule, ServiceKeysModule, SessionsModule } from '@app/keys';
import { ObserveModule } from '@app/observe';
import { DerivedKeyQueries } from './derived-key.queries';
import { ServiceKeysController, SessionsController } from './derived-keys.controllers';
import { DerivedKeys } from './derived-keys.service';
import { KeyQueries } from './key.queries';
import { KeysController } from './keys.controller';
import { ResourceHintsController } from './resource-hints.controller';

@Module({
  imports: [KeysModule, ObserveModule, ServiceKeysModule, SessionsModule],
  controllers: [KeysController, ResourceHintsController, ServiceKeysController, SessionsController],
  providers: [DerivedKeyQueries, DerivedKeys, KeyQueries],
})
export class KeysAdminModule {}
