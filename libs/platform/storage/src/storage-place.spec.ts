import { defineConfig, parseSlice } from '@app/platform/config';
import { LocalBlobStore } from './local-blob-store';
import { S3BlobStore } from './s3-blob-store';
import { openStore, storageVariables } from './storage-place';

const slice = defineConfig('spec-storage', storageVariables('SPEC', 'things'));
const open = (environment: Readonly<Record<string, string>>) =>
  openStore('SPEC', parseSlice(slice, environment), '/data', 'things');

describe('where a store is', () => {
  it('is a folder when nothing is said', async () => {
    expect(await open({})).toBeInstanceOf(LocalBlobStore);
  });

  it('is a bucket when it is named', async () => {
    expect(await open({ SPEC_STORAGE_TYPE: 's3', SPEC_AWS_S3_BUCKET: 'b' })).toBeInstanceOf(S3BlobStore);
  });

  it.each([
    [{}, 'SPEC_AWS_S3_BUCKET is needed with SPEC_STORAGE_TYPE=s3'],
    [
      { SPEC_AWS_S3_BUCKET: 'b', SPEC_AWS_ACCESS_KEY_ID: 'k' },
      'SPEC_AWS_ACCESS_KEY_ID and SPEC_AWS_SECRET_ACCESS_KEY go together',
    ],
    [{ SPEC_AWS_S3_BUCKET: 'b', SPEC_AWS_S3_ENDPOINT: 'minio' }, 'SPEC_AWS_S3_ENDPOINT is not an address'],
  ])('is refused at the start when %j is all there is', async (environment, problem) => {
    await expect(open({ SPEC_STORAGE_TYPE: 's3', ...environment })).rejects.toThrow(problem);
  });
});
