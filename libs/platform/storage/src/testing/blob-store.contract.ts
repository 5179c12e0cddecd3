/** What every kind of store promises. */
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { BlobStore } from '../blob-store';

export function keepsTheContract(open: () => BlobStore): void {
  let store: BlobStore;
  beforeEach(() => {
    store = open();
  });

  it('gives back what was put, bytes and files alike', async () => {
    await store.putBytes('a/b.bin', Buffer.from([0, 1, 2]));
    const path = await store.tempFile();
    writeFileSync(path, 'hello');
    await store.putFile('a/c.txt', path);
    expect(existsSync(path)).toBe(false);
    expect(await store.readBytes('a/b.bin')).toEqual(Buffer.from([0, 1, 2]));
    const read = await store.read('a/c.txt');
    expect(read?.bytes).toBe(5);
    expect((await buffer(read!.stream)).toString()).toBe('hello');
    expect(await store.withFile('a/c.txt', async (file) => readFileSync(file, 'utf8'))).toBe('hello');
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('keeps empty content', async () => {
    await store.putBytes('nothing', Buffer.alloc(0));
    expect(await store.readBytes('nothing')).toEqual(Buffer.alloc(0));
    const path = await store.tempFile();
    writeFileSync(path, '');
    await store.putFile('empty', path);
    expect(await store.has('empty')).toBe(true);
  });

  it('replaces, removes, and knows what is not there', async () => {
    await store.putBytes('x', Buffer.from('1'));
    await store.putBytes('x', Buffer.from('2'));
    expect(await store.has('x')).toBe(true);
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
    expect(readdirSync(dirname(fresh))).toEqual([fresh.split('/').pop()]);
  });

  it.each(['', '/a', '../a', 'a/../b', 'a//b', 'a/', '.incoming/x', 'a\0b', 'a b', `a/${'b'.repeat(600)}`])(
    'refuses the key %j',
    async (key) => {
      await expect(store.putBytes(key, Buffer.alloc(1))).rejects.toThrow('Not a storage key');
    },
  );
}
