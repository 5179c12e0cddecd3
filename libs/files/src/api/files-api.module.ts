import { FilesModule } from '@app/files';
import { Module } from '@nestjs/common';
import { FilesController } from './files.controller';
import { UploadsController } from './uploads.controller';

@Module({ imports: [FilesModule], controllers: [UploadsController, FilesController] })
export class FilesApiModule {}
