import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { LocalBlobStore } from './index';

describe('the store on this machine', () => {
  let root: string;
  let store: LocalBlobStore;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'store-'));
    store = new LocalBlobStore(root);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('gives back what was put, bytes and files alike', async () => {
    await store.putBytes('a/b.bin', Buffer.from([0, 1, 2]));
    const path = await store.tempFile();
    writeFileSync(path, 'hello');
    await store.putFile('a/c.txt', path);
    expect(await store.readBytes('a/b.bin')).toEqual(Buffer.from([0, 1, 2]));
    const read = await store.read('a/c.txt');
    expect(read?.bytes).toBe(5);
    expect((await buffer(read!.stream)).toString()).toBe('hello');
    expect(await store.withFile('a/c.txt', async (file) => file.endsWith('a/c.txt'))).toBe(true);
    expect(readdirSync(join(root, '.incoming'))).toEqual([]);
  });

  it('replaces, removes, and knows what is not there', async () => {
    await store.putBytes('x', Buffer.from('1'));
    await store.putBytes('x', Buffer.from('2'));
    expect((await store.readBytes('x'))?.toString()).toBe('2');
    await store.remove('x');
    await store.remove('x');
    expect(await store.has('x')).toBe(false);
    expect(await store.read('x')).toBeNull();
    expect(await store.readBytes('x/y')).toBeNull();
    expect(await store.withFile('x', async () => 1)).toBeNull();
  });

  it('removes what crashed uploads left, and nothing that is being written', async () => {
    const [old, fresh] = [await store.tempFile(), await store.tempFile()];
    writeFileSync(old, 'x');
    writeFileSync(fresh, 'y');
    utimesSync(old, 1, 1);
    expect(await store.removeAbandoned(60_000)).toBe(1);
    expect(readdirSync(join(root, '.incoming'))).toEqual([fresh.split('/').pop()]);
  });

  it.each(['', '/a', '../a', 'a/../b', 'a//b', 'a/', '.incoming/x', 'a\0b', 'a b', `a/${'b'.repeat(600)}`])(
    'refuses the key %j',
    async (key) => {
      await expect(store.putBytes(key, Buffer.alloc(1))).rejects.toThrow('Not a storage key');
    },
  );
});
