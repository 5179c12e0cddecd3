import { checkKey, openStore } from '@app/platform/storage';
import { ConfigError, processConfig, type ProcessConfig } from '@app/platform/config';
import { fileConfig, type FileConfig } from '@app/files';
import { Global, Module } from '@nestjs/common';
import { BLOB_STORE, BlobObjects } from './blob-objects';
import { blobConfig, type BlobConfig } from './blob.config';
import { BlobDownload } from './blob-download';
import { BlobRepository } from './blob.repository';
import { BlobSweep } from './blob-sweep';
import { LargeValues } from './large-values';
import { Rehydration } from './rehydration';

/** In every process that writes or reads events and runs. Large values lie where files do. */
@Global()
@Module({
  providers: [
    {
      provide: BLOB_STORE,
      inject: [processConfig.token, fileConfig.token, blobConfig.token],
      useFactory: ({ dataDir }: ProcessConfig, files: FileConfig, { prefix }: BlobConfig) => {
        try {
          checkKey(prefix);
        } catch {
          throw new ConfigError(['HOT_BLOB_STORAGE_PREFIX must be letters, digits and ._- between slashes']);
        }
        return openStore('HOT_FILE', files, dataDir, 'files');
      },
    },
    BlobRepository,
    BlobObjects,
    Rehydration,
    LargeValues,
    BlobDownload,
    BlobSweep,
  ],
  exports: [LargeValues, BlobDownload, BlobSweep],
})
export class BlobsModule {}
