export { BlobDownload, type OpenBlob } from './blob-download';
export { blobConfig, type BlobConfig } from './blob.config';
export { BlobSweep } from './blob-sweep';
export { BlobsModule } from './blobs.module';
export { LargeValues, type Spilled } from './large-values';
export { LargeValueLostError, type Held } from './rehydration';
export { insertRefs, KIND_OF_RESULT, refColumns, type NewRef, type RefsOf } from './spill.sql';
