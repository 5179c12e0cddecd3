import { Module } from '@nestjs/common';
import { processConfig, type ProcessConfig } from '@app/platform/config';
import { openStore } from '@app/platform/storage';
import { FILE_STORE, FileBytes } from './file-bytes';
import { fileConfig, type FileConfig } from './file.config';
import { FileRepository } from './file.repository';
import { FileService } from './file.service';
import { FileSweep } from './file-sweep';
import { FileUsage } from './file-usage';
import { FileWriter } from './file-writer';
import { Leftovers } from './leftovers';
import { ProgramFiles } from './program-files';
import { UploadRepository } from './upload.repository';
import { UploadService } from './upload.service';

@Module({
  providers: [
    {
      provide: FILE_STORE,
      inject: [processConfig.token, fileConfig.token],
      useFactory: ({ dataDir }: ProcessConfig, config: FileConfig) =>
        openStore('HOT_FILE', config, dataDir, 'files'),
    },
    FileRepository,
    UploadRepository,
    Leftovers,
    FileUsage,
    FileBytes,
    FileWriter,
    FileService,
    UploadService,
    ProgramFiles,
    FileSweep,
  ],
  exports: [FileService, UploadService, ProgramFiles, FileSweep],
})
export class FilesModule {}
