/** Content on its way into and out of the store: never as a whole in memory, never half under its key. */
import { createHash } from 'node:crypto';
import { open, rm, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { newId, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import type { BlobStore } from '@app/platform/storage';
import type { Part } from './file.repository';
import { Leftovers } from './leftovers';

export const FILE_STORE = Symbol('FILE_STORE');

/** Bytes under a key that nothing refers to yet. */
export interface StagedBytes {
  readonly storagePath: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly md5: string;
}

/** The store has no bytes where the database says there are. */
export class BytesMissingError extends Error {
  constructor(storagePath: string) {
    super(`There is nothing in storage under ${storagePath}`);
    this.name = 'BytesMissingError';
  }
}

@Injectable()
export class FileBytes {
  constructor(
    private readonly db: Db,
    private readonly leftovers: Leftovers,
    @Inject(FILE_STORE) private readonly store: BlobStore,
  ) {}

  get backend(): string {
    return this.store.backend;
  }

  /** Receives all chunks and puts them under a key of their own. What the source throws is thrown on, nothing stays. */
  async stageStream(scope: EnvScope, source: AsyncIterable<Buffer>): Promise<StagedBytes> {
    const digest = createHash('md5');
    let size = 0;
    return this.stage(scope, async (path) => {
      // Opened before anything can fail: a stream that opens by itself may do so after the file has been removed.
      const file = await open(path, 'wx');
      await pipeline(async function* () {
        for await (const chunk of source) {
          size += chunk.length;
          digest.update(chunk);
          yield chunk;
        }
      }, file.createWriteStream());
      return { size, md5: digest.digest('hex') };
    });
  }

  stageBytes(scope: EnvScope, bytes: Uint8Array): Promise<StagedBytes> {
    return this.stage(scope, async (path) => {
      await writeFile(path, bytes, { flag: 'wx' });
      return { size: bytes.length, md5: createHash('md5').update(bytes).digest('hex') };
    });
  }

  /** Removes what is under these keys, unless something refers to it. */
  async discard(storagePaths: readonly string[]): Promise<void> {
    await this.remove(() => this.leftovers.take(storagePaths));
  }

  /** Removes up to so many whose time has come; answers how many. */
  discardDue(limit: number): Promise<number> {
    return this.remove(() => this.leftovers.takeDue(limit));
  }

  /** Files that uploads were collected in and that nobody writes to any more. */
  removeAbandoned(olderThanMs: number): Promise<number> {
    return this.store.removeAbandoned(olderThanMs);
  }

  /**
   * The parts one after the other. The first is open when this resolves, the others are opened as it comes to them.
   * Throws BytesMissingError.
   */
  async read(parts: readonly Part[]): Promise<Readable> {
    const [first, ...others] = parts;
    if (first === undefined) return Readable.from([]);
    const opened = await this.open(first);
    if (others.length === 0) return opened;
    const open = (part: Part): Promise<Readable> => this.open(part);
    const chunks = async function* (): AsyncGenerator<Buffer> {
      yield* opened as AsyncIterable<Buffer>;
      for (const part of others) yield* (await open(part)) as AsyncIterable<Buffer>;
    };
    const stream = Readable.from(chunks(), { objectMode: false });
    // A generator that has not begun does not end what it was given.
    stream.once('close', () => opened.destroy());
    return stream;
  }

  private async open({ storagePath }: Part): Promise<Readable> {
    const blob = await this.store.read(storagePath);
    if (blob === null) throw new BytesMissingError(storagePath);
    return blob.stream;
  }

  private async stage(
    { orgId, envId }: EnvScope,
    receive: (path: string) => Promise<{ readonly size: number; readonly md5: string }>,
  ): Promise<StagedBytes> {
    const temporary = await this.store.tempFile();
    try {
      const received = await receive(temporary);
      const storagePath = `${orgId}/${envId}/${newId()}`;
      await this.leftovers.announce(storagePath);
      await this.store.putFile(storagePath, temporary);
      return { ...received, storagePath };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Rows are held while the bytes go, so that nobody makes a file refer to them meanwhile. */
  private remove(take: () => Promise<readonly string[]>): Promise<number> {
    return this.db.tx(async () => {
      const storagePaths = await take();
      for (const path of storagePaths) await this.store.remove(path);
      if (storagePaths.length > 0) await this.leftovers.forget(storagePaths);
      return storagePaths.length;
    });
  }
}
