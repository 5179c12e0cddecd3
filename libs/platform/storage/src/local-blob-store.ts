import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { BlobStore, checkKey, type StoredBlob } from './blob-store';

/**
 * A folder on this machine. A file is written beside the store's other files, flushed, and renamed into place: a crash
 * leaves the old content or the new one, and perhaps a temporary file for `removeAbandoned`.
 */
export class LocalBlobStore extends BlobStore {
  override readonly backend = 'local';
  private readonly root: string;
  private readonly temporary: string;

  constructor(root: string) {
    super();
    this.root = resolve(root);
    this.temporary = join(this.root, '.incoming');
  }

  override async tempFile(): Promise<string> {
    await mkdir(this.temporary, { recursive: true });
    return join(this.temporary, randomUUID());
  }

  override async putFile(key: string, path: string): Promise<void> {
    const target = this.pathOf(key);
    await mkdir(dirname(target), { recursive: true });
    await flush(path);
    await rename(path, target);
    // The new name itself must survive a power cut as well.
    await flush(dirname(target));
  }

  override async putBytes(key: string, bytes: Uint8Array): Promise<void> {
    const path = await this.tempFile();
    try {
      await writeFile(path, bytes, { flag: 'wx' });
      await this.putFile(key, path);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  override async read(key: string): Promise<StoredBlob | null> {
    try {
      const file = await open(this.pathOf(key), 'r');
      const { size } = await file.stat();
      return { bytes: size, stream: file.createReadStream() };
    } catch (error) {
      return nullWhenMissing(error);
    }
  }

  override async readBytes(key: string): Promise<Buffer | null> {
    try {
      return await readFile(this.pathOf(key));
    } catch (error) {
      return nullWhenMissing(error);
    }
  }

  override async has(key: string): Promise<boolean> {
    try {
      return (await stat(this.pathOf(key))).isFile();
    } catch (error) {
      return nullWhenMissing(error) ?? false;
    }
  }

  override async withFile<T>(key: string, work: (path: string) => Promise<T>): Promise<T | null> {
    return (await this.has(key)) ? work(this.pathOf(key)) : null;
  }

  override async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  override async removeAbandoned(olderThanMs: number): Promise<number> {
    let removed = 0;
    for (const name of await readdir(this.temporary).catch(() => [])) {
      const path = join(this.temporary, name);
      // Another process may be writing or removing it at this moment: only old ones, and it may be gone already.
      const found = await stat(path).catch(() => null);
      if (found === null || Date.now() - found.mtimeMs < olderThanMs) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  private pathOf(key: string): string {
    return join(this.root, checkKey(key));
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function nullWhenMissing(error: unknown): null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw error;
}
