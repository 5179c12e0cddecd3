import * as sdk from '@aws-sdk/client-s3';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3BlobStore } from './s3-blob-store';
import { keepsTheContract } from './testing/blob-store.contract';
import { S3StandIn } from './testing/s3-stand-in';

const MIB = 1024 * 1024;

describe('the store in a bucket', () => {
  let root: string;
  let endpoint: string;
  let server: S3StandIn;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'store-'));
    server = new S3StandIn('things');
    endpoint = await server.start();
  });
  afterEach(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });
  const open = (bucket = 'things'): S3BlobStore =>
    new S3BlobStore(sdk, {
      bucket,
      prefix: 'hot/',
      region: 'eu-test-1',
      endpoint,
      pathStyle: true,
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      temporary: join(root, '.incoming'),
      partBytes: 5 * MIB,
    });
  const fileOf = async (store: S3BlobStore, content: Buffer): Promise<string> => {
    const path = await store.tempFile();
    writeFileSync(path, content);
    return path;
  };

  keepsTheContract(open);

  it('puts everything below its prefix', async () => {
    await open().putBytes('a/b', Buffer.from('1'));
    expect([...server.objects.keys()]).toEqual(['hot/a/b']);
  });

  it('sends large files in parts, which become one object', async () => {
    const content = Buffer.alloc(12 * MIB, 'x');
    content.write('end', content.length - 3);
    const store = open();
    const path = await fileOf(store, content);
    await store.putFile('large', path);
    expect(server.objects.get('hot/large')?.equals(content)).toBe(true);
    expect(server.uploads.size).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  it('sends again what the service could not take at once', async () => {
    const store = open();
    let refused = 0;
    server.overloaded = ({ method }) => method === 'PUT' && (refused += 1) <= 2;
    await store.putBytes('small', Buffer.from('1'));
    const path = await fileOf(store, Buffer.alloc(6 * MIB));
    refused = 0;
    await store.putFile('large', path);
    expect([...server.objects.keys()]).toEqual(['hot/small', 'hot/large']);
  });

  it('leaves nothing under the key, and no parts, when a part is refused', async () => {
    const store = open();
    const path = await fileOf(store, Buffer.alloc(12 * MIB));
    server.failing = ({ query }) => query.get('partNumber') === '2';
    await expect(store.putFile('large', path)).rejects.toThrow('InvalidRequest');
    expect(server.objects.size).toBe(0);
    expect(server.uploads.size).toBe(0);
    expect(existsSync(path)).toBe(true);
  });

  it('ends uploads that broke off long ago, of its own prefix', async () => {
    const upload = (key: string, hoursAgo: number): void => {
      server.uploads.set(key, {
        key,
        parts: new Map(),
        initiated: new Date(Date.now() - hoursAgo * 3_600_000),
      });
    };
    upload('hot/old', 30);
    upload('hot/fresh', 1);
    upload('other/old', 30);
    expect(await open().removeAbandoned(24 * 3_600_000)).toBe(1);
    expect([...server.uploads.keys()]).toEqual(['hot/fresh', 'other/old']);
  });

  it('does not take a bucket that is not there for one in which everything is gone', async () => {
    const store = open('elsewhere');
    await expect(store.read('a')).rejects.toThrow('NoSuchBucket');
    await expect(store.readBytes('a')).rejects.toThrow('NoSuchBucket');
  });
});
