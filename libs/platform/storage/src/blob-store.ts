import type { Readable } from 'node:stream';

export interface StoredBlob {
  readonly bytes: number;
  readonly stream: Readable;
}

/** How far a key reaches: letters, digits and `._-` between slashes; never a way out of the store. */
const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** Throws for a key that no store could hold safely. Keys are made by us; a bad one is a programming error. */
export function checkKey(key: string): string {
  if (!KEY.test(key) || key.length > 512) throw new Error(`Not a storage key: ${JSON.stringify(key)}`);
  return key;
}

/** Files by key. What was put is there in full or not at all, also after a crash. */
export abstract class BlobStore {
  /** Name of the kind of store, as recorded with what is put into it. */
  abstract readonly backend: 'local' | 's3';

  /** A fresh file on this machine to collect bytes in, on the store's own disk where it has one. The caller removes it. */
  abstract tempFile(): Promise<string>;

  /** Puts a finished file under the key, replacing what was there. The file is gone afterwards. */
  abstract putFile(key: string, path: string): Promise<void>;

  abstract putBytes(key: string, bytes: Uint8Array): Promise<void>;

  /** Null when there is nothing under the key. */
  abstract read(key: string): Promise<StoredBlob | null>;

  /** The whole content in memory; null when there is nothing under the key. */
  abstract readBytes(key: string): Promise<Buffer | null>;

  abstract has(key: string): Promise<boolean>;

  /** Calls the work with a path on this machine that holds the content; null when there is nothing under the key. */
  abstract withFile<T>(key: string, work: (path: string) => Promise<T>): Promise<T | null>;

  /** Removing what is not there is fine. */
  abstract remove(key: string): Promise<void>;

  /** Removes temporary files that nobody has written to for so long; what crashed uploads left. Answers how many. */
  abstract removeAbandoned(olderThanMs: number): Promise<number>;
}
