import { Keyring } from '@app/platform/crypto';
import { hasEngineCode, splitArtifact, withEngineCode } from '@app/platform/engine-code';
import type { BlobStore } from '@app/platform/storage';
import { ArtifactStore } from './artifact-store';
import type { BuildConfig } from './build.config';

const ORG = { orgId: 'o', envId: 'e' };
const JS = '(rt) => ({ functions: {}, init: [] })';
const JSON_BYTES = Buffer.from(JSON.stringify({ js: JS, tables: '{}' }));
const BYTES = withEngineCode(JSON_BYTES, JS);

class Blobs {
  readonly files = new Map<string, Buffer>();

  putBytes(key: string, bytes: Buffer): Promise<void> {
    this.files.set(key, Buffer.from(bytes));
    return Promise.resolve();
  }

  readBytes(key: string): Promise<Buffer | null> {
    return Promise.resolve(this.files.get(key) ?? null);
  }

  get only(): Buffer {
    const [bytes] = this.files.values();
    if (bytes === undefined) throw new Error('nothing was stored');
    return bytes;
  }
}

const keyring = (digits = '5b', ...previous: string[]): Keyring =>
  new Keyring(
    digits.repeat(32),
    previous.map((each) => each.repeat(32)),
  );

// A store of each its own: what one has in memory is not what a process finds later.
const storeOf = (blobs: Blobs, keys = new Keyring(null)): ArtifactStore =>
  new ArtifactStore(blobs as unknown as BlobStore, { cachedArtifactBytes: 1_000_000 } as BuildConfig, keys);

async function found(blobs: Blobs, keys = new Keyring(null), hash = 'h', scope = ORG): Promise<Buffer> {
  const bytes = await storeOf(blobs, keys).find(scope, hash);
  if (bytes === null) throw new Error('it is not there');
  return bytes;
}

describe('stored artifacts', () => {
  let blobs: Blobs;
  beforeEach(async () => {
    blobs = new Blobs();
    await storeOf(blobs, keyring()).put(ORG, 'h', BYTES);
  });

  it('come back with their engine code, also after the master key has changed', async () => {
    expect((await found(blobs, keyring())).equals(BYTES)).toBe(true);
    expect((await found(blobs, keyring('c4', '5b'))).equals(BYTES)).toBe(true);
  });

  it.each([
    ['by another key', () => found(blobs, keyring('c4'))],
    ['in a process without a key', () => found(blobs)],
    [
      'when its code has changed',
      () => {
        blobs.only.writeUInt8(blobs.only.readUInt8(JSON_BYTES.length + 20) ^ 1, JSON_BYTES.length + 20);
        return found(blobs, keyring());
      },
    ],
    [
      'when another one was written',
      async () => {
        await blobs.putBytes('o/e/artifacts/h.json', BYTES);
        return found(blobs, keyring());
      },
    ],
    [
      'when others were written behind each other',
      async () => {
        await blobs.putBytes('o/e/artifacts/h.json', withEngineCode(withEngineCode(BYTES, JS), JS));
        return found(blobs, keyring());
      },
    ],
    [
      'in the place of another artifact',
      async () => {
        await blobs.putBytes('o/e/artifacts/i.json', blobs.only);
        return found(blobs, keyring(), 'i');
      },
    ],
    [
      'in another environment',
      async () => {
        await blobs.putBytes('o/f/artifacts/h.json', blobs.only);
        return found(blobs, keyring(), 'h', { ...ORG, envId: 'f' });
      },
    ],
  ])('lose their engine code, and nothing else, %s', async (_, find) => {
    const bytes = await find();
    expect(hasEngineCode(bytes)).toBe(false);
    expect(bytes.equals(JSON_BYTES)).toBe(true);
  });

  it('are stored without it where there is no key, and used with it there all the same', async () => {
    const store = storeOf(blobs);
    await store.put(ORG, 'i', BYTES);
    expect(blobs.files.get('o/e/artifacts/i.json')?.equals(JSON_BYTES)).toBe(true);
    expect(splitArtifact((await store.find(ORG, 'i')) ?? Buffer.alloc(0)).data).not.toBeNull();
  });
});
