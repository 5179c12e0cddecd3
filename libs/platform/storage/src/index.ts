export { BlobStore, checkKey, type StoredBlob } from './blob-store';
export { LocalBlobStore } from './local-blob-store';
export { openStore, storageVariables, type StorageChoice } from './storage-place';
