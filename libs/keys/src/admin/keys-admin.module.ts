import { Module } from '@nestjs/common';
import { KeysModule } from '@app/keys';
import { ObserveModule } from '@app/observe';
import { KeyQueries } from './key.queries';
import { KeysController } from './keys.controller';
import { ResourceHintsController } from './resource-hints.controller';

@Module({
  imports: [KeysModule, ObserveModule],
  controllers: [KeysController, ResourceHintsController],
  providers: [KeyQueries],
})
export class KeysAdminModule {}
