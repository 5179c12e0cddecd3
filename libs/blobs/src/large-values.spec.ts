import { newId } from '@app/kernel';
import fc from 'fast-check';
import type { BlobConfig } from './blob.config';
import { BlobObjects, hashOf } from './blob-objects';
import type { BlobRepository, RefRow } from './blob.repository';
import { LargeValues } from './large-values';
import { Rehydration } from './rehydration';

const scope = { orgId: newId(), envId: newId() };
const CONFIG: BlobConfig = {
  mode: 'service',
  thresholdBytes: 1_024,
  previewBytes: 256,
  prefix: 'x',
  maxRefs: 1_000,
  maxTotalBytes: 1 << 29,
};

/** Objects and references in memory. */
function inMemory(config: Partial<BlobConfig> = {}) {
  const contents = new Map<string, Buffer>();
  const ids = new Map<string, string>();
  const refs = new Map<string, RefRow>();
  let storageIsAway = false;
  let touched = 0;
  const objects = {
    keep: (_: unknown, given: ReadonlyMap<string, Buffer>) => {
      touched += 1;
      if (storageIsAway) return Promise.reject(new Error('away'));
      for (const [hash, bytes] of given) {
        contents.set(hash, bytes);
        ids.set(hash, ids.get(hash) ?? newId());
      }
      return Promise.resolve(new Map(ids));
    },
    read: ({ hash }: RefRow) => Promise.resolve(contents.get(hash) ?? null),
  } as unknown as BlobObjects;
  const repository = {
    refs: (_: unknown, ids: readonly string[]) => Promise.resolve(ids.flatMap((id) => refs.get(id) ?? [])),
  } as unknown as BlobRepository;
  const all = { ...CONFIG, ...config };
  const values = new LargeValues(objects, new Rehydration(repository, objects, all), all, {
    mode: 'production',
    dataDir: '.',
  });
  return {
    values,
    contents,
    touched: () => touched,
    loseStorage: () => (storageIsAway = true),
    /** The text as it is stored, and its references with it. */
    async store(ownerId: string, json: string): Promise<string> {
      const stored = await values.spill(scope, json);
      for (const { refId, objectId, form } of stored?.refs ?? []) {
        const hash = [...ids].find(([, id]) => id === objectId)?.[0] ?? '';
        const size = contents.get(hash)?.length ?? -1;
        refs.set(refId, { refId, sourceId: ownerId, active: true, form, size, hash, storagePath: hash });
      }
      return stored?.text ?? json;
    },
  };
}

const reference = (id: string, preview: string) => ({
  $type: '::hot::blob/BlobRef',
  $val: {
    id,
    'object-id': newId(),
    'hash-alg': 'sha256',
    hash: 'a'.repeat(64),
    size: 5_000,
    'content-type': null,
    preview,
    encoding: 'string',
  },
});

const large = fc
  .tuple(
    fc.constantFrom('é', '\u{1f600}', '\n"\\', 'a', '\ud800', '\u2028'),
    fc.integer({ min: 200, max: 1_400 }),
  )
  .map(([text, times]) => text.repeat(times));
const bytes = fc.uint8Array({ minLength: 900, maxLength: 1_200 });
const leaf = fc.oneof(
  large,
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(null, true),
  bytes.map((list) => ({ $type: '::hot::type/Bytes', $val: [...list] })),
  bytes.map((list) => ({ $type: '::hot::type/Bytes', $val: Buffer.from(list).toString('base64') })),
  fc.tuple(fc.uuid(), fc.oneof(large, fc.string())).map(([id, preview]) => reference(id, preview)),
  large.map((text) => JSON.stringify(reference(newId(), text))),
);
const key = fc.oneof(fc.string(), large, fc.constantFrom('__proto__', '$type', '$val', 'constructor'));
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('json')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const asciiOnly = (text: string): string =>
  text.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
const text = fc.tuple(json, fc.constantFrom('plain', 'pretty', 'ascii')).map(([value, how]) => {
  const written = JSON.stringify(value, null, how === 'pretty' ? 1 : 0);
  return how === 'ascii' ? asciiOnly(written) : written;
});

describe('large values', () => {
  it('come back to the letter, whatever the text is and whatever looks like a reference in it', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const { values, store } = inMemory();
        const ownerId = newId();
        const stored = await store(ownerId, given);
        JSON.parse(stored);
        expect(await values.whole(scope, { ownerId, text: stored })).toBe(given);
        expect(await values.shown(scope, [{ ownerId, text: stored }])).toEqual([given]);
      }),
      { numRuns: 300 },
    );
  });

  it('leave no large leaf in the text', async () => {
    const { store } = inMemory();
    const given = { a: 'x'.repeat(1_024), b: ['é'.repeat(512)], c: 'x'.repeat(1_023) };
    const stored = JSON.parse(await store(newId(), JSON.stringify(given))) as Record<string, unknown>;
    expect(stored).toEqual({
      a: {
        $type: '::hot::blob/BlobRef',
        $val: {
          id: expect.any(String) as string,
          'object-id': expect.any(String) as string,
          'hash-alg': 'sha256',
          hash: hashOf(Buffer.from(given.a)),
          size: 1_024,
          'content-type': 'text/plain; charset=utf-8',
          preview: 'x'.repeat(256),
          encoding: 'string',
        },
      },
      b: [expect.objectContaining({ $type: '::hot::blob/BlobRef' })],
      c: given.c,
    });
  });

  it('are never read through a reference that came in as data, were it that of another row', async () => {
    const { values, store } = inMemory();
    const [victim, thief] = [newId(), newId()];
    const secret = await store(victim, JSON.stringify({ secret: 's'.repeat(2_000) }));
    const stolen = await store(thief, `[${secret},${JSON.stringify('t'.repeat(2_000))}]`);
    const seen = await values.whole(scope, { ownerId: thief, text: stolen });
    expect(seen).toBe(`[${secret},${JSON.stringify('t'.repeat(2_000))}]`);
    expect(seen).not.toContain('s'.repeat(300));
  });

  it('are not looked for in texts that are too short to have one', async () => {
    const { values, touched } = inMemory();
    expect(values.mayBeLarge('x'.repeat(341))).toBe(false);
    expect(await values.spill(scope, JSON.stringify({ many: Array(300).fill('x'.repeat(100)) }))).toBeNull();
    expect(touched()).toBe(0);
  });

  it('stay in their row while storage is away', async () => {
    const { values, loseStorage } = inMemory();
    loseStorage();
    expect(await values.spill(scope, JSON.stringify('x'.repeat(2_000)))).toBeNull();
  });

  it('stay references for people when they are gone, and fail what would be executed', async () => {
    const { values, contents, store } = inMemory();
    const ownerId = newId();
    const stored = await store(ownerId, JSON.stringify('x'.repeat(2_000)));
    contents.clear();
    expect(await values.shown(scope, [{ ownerId, text: stored }])).toEqual([stored]);
    await expect(values.whole(scope, { ownerId, text: stored })).rejects.toThrow(
      'A large value can not be read: its bytes are gone',
    );
  });

  it('are put back up to what one answer may bring', async () => {
    const { values, store } = inMemory({ maxTotalBytes: 4_500 });
    const [a, b, c] = ['a', 'b', 'c'].map((char) => JSON.stringify(char.repeat(2_000)));
    const held = await Promise.all(
      [a, b, c].map(async (given = '') => {
        const ownerId = newId();
        return { ownerId, text: await store(ownerId, given) };
      }),
    );
    expect(await values.shown(scope, held)).toEqual([a, b, held[2]?.text]);
  });

  it('are none when that is switched off', async () => {
    const { values } = inMemory({ mode: 'off' });
    expect(await values.spill(scope, JSON.stringify('x'.repeat(2_000_000)))).toBeNull();
  });
});
