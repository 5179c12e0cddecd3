import { Module } from '@nestjs/common';
import { FilesModule } from '@app/files';
import { FileBrowserQueries } from './file-browser.queries';
import { FilesController } from './files.controller';

@Module({ imports: [FilesModule], controllers: [FilesController], providers: [FileBrowserQueries] })
export class FilesAdminModule {}
