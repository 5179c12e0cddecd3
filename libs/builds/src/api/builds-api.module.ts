import { Module } from '@nestjs/common';
import { BuildsModule } from '@app/builds';
import { BuildUploadController } from './build-upload.controller';
import { BuildsController } from './builds.controller';
import { EventHandlersController } from './event-handlers.controller';
import { UploadSlots } from './upload-slots';

@Module({
  imports: [BuildsModule],
  controllers: [BuildsController, BuildUploadController, EventHandlersController],
  providers: [UploadSlots],
})
export class BuildsApiModule {}
