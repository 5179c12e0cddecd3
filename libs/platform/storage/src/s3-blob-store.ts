import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CompletedPart, GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { BlobStore, checkKey, type StoredBlob } from './blob-store';

/** Handed in, since it takes 30 MB and some 80 ms to load, which only those who want it should pay. */
export type S3Sdk = typeof import('@aws-sdk/client-s3');

export interface S3Place {
  readonly bucket: string;
  /** Before every key; empty or ending with a slash. */
  readonly prefix: string;
  readonly region: string;
  /** Of a compatible server; undefined for Amazon's own. */
  readonly endpoint: string | undefined;
  /** Buckets in the path instead of the host name: what most compatible servers want. */
  readonly pathStyle: boolean;
  /** Undefined: whatever the machine has (environment, profile, role). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** Folder of this machine in which uploads are collected. */
  readonly temporary: string;
  /** Larger files travel in parts of this size; at least 5 MiB, which is the service's own limit. */
  readonly partBytes?: number;
}

// Parts are held in memory, since only what is can be sent again. 10,000 of them are 78 GiB.
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
const PARTS_AT_ONCE = 3;

/**
 * A bucket of Amazon S3 or of a server that speaks its protocol. An object is there in full or not at all: the service
 * publishes it with the last byte, or when the parts are put together. Parts of uploads that broke off cost space until
 * `removeAbandoned`.
 */
export class S3BlobStore extends BlobStore {
  override readonly backend = 's3';
  private readonly client: S3Client;
  private readonly temporary: string;

  constructor(
    private readonly sdk: S3Sdk,
    private readonly place: S3Place,
  ) {
    super();
    const { region, endpoint, pathStyle, credentials } = place;
    this.temporary = resolve(place.temporary);
    this.client = new sdk.S3Client({
      region,
      forcePathStyle: pathStyle,
      // Checksums that are not asked for travel as a trailer in a framing of Amazon's own, which others don't understand.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    });
  }

  override async tempFile(): Promise<string> {
    await mkdir(this.temporary, { recursive: true });
    return join(this.temporary, randomUUID());
  }

  override async putFile(key: string, path: string): Promise<void> {
    const { size } = await stat(path);
    const partBytes = Math.max(this.place.partBytes ?? PART_BYTES, Math.ceil(size / MAX_PARTS));
    const file = await open(path, 'r');
    try {
      if (size <= partBytes) await this.putBytes(key, await readPart(file, 0, size));
      else await this.putParts(key, file, size, partBytes);
    } finally {
      await file.close();
    }
    await rm(path, { force: true });
  }

  override async putBytes(key: string, bytes: Uint8Array): Promise<void> {
    await this.client.send(
      new this.sdk.PutObjectCommand({ ...this.of(key), Body: bytes, ContentLength: bytes.length }),
    );
  }

  override async read(key: string): Promise<StoredBlob | null> {
    const found = await this.get(key);
    return found === null ? null : { bytes: found.ContentLength ?? 0, stream: bodyOf(found) };
  }

  override async readBytes(key: string): Promise<Buffer | null> {
    const found = await this.get(key);
    return found?.Body === undefined ? null : Buffer.from(await found.Body.transformToByteArray());
  }

  override async has(key: string): Promise<boolean> {
    try {
      await this.client.send(new this.sdk.HeadObjectCommand(this.of(key)));
      return true;
    } catch (error) {
      return this.nullWhenMissing(error) ?? false;
    }
  }

  override async withFile<T>(key: string, work: (path: string) => Promise<T>): Promise<T | null> {
    const found = await this.get(key);
    if (found === null) return null;
    const path = await this.tempFile();
    try {
      await pipeline(bodyOf(found), createWriteStream(path, { flags: 'wx' }));
      return await work(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  override async remove(key: string): Promise<void> {
    await this.client.send(new this.sdk.DeleteObjectCommand(this.of(key)));
  }

  override async removeAbandoned(olderThanMs: number): Promise<number> {
    const before = Date.now() - olderThanMs;
    let removed = 0;
    for (const name of await readdir(this.temporary).catch(() => [])) {
      const path = join(this.temporary, name);
      const found = await stat(path).catch(() => null);
      if (found === null || found.mtimeMs > before) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed + (await this.abortUploads(before));
  }

  private async abortUploads(before: number): Promise<number> {
    let aborted = 0;
    let from: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const page = await this.client.send(
        new this.sdk.ListMultipartUploadsCommand({
          Bucket: this.place.bucket,
          Prefix: this.place.prefix,
          ...from,
        }),
      );
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if (Key === undefined || UploadId === undefined || (Initiated?.getTime() ?? 0) > before) continue;
        await this.client.send(
          new this.sdk.AbortMultipartUploadCommand({ Bucket: this.place.bucket, Key, UploadId }),
        );
        aborted += 1;
      }
      if (!page.IsTruncated || page.NextKeyMarker === undefined) return aborted;
      from = {
        KeyMarker: page.NextKeyMarker,
        ...(page.NextUploadIdMarker === undefined ? {} : { UploadIdMarker: page.NextUploadIdMarker }),
      };
    }
  }

  private async putParts(key: string, file: FileHandle, size: number, partBytes: number): Promise<void> {
    const object = this.of(key);
    const { UploadId } = await this.client.send(new this.sdk.CreateMultipartUploadCommand(object));
    if (UploadId === undefined) throw new Error(`The store began no upload for ${key}`);
    try {
      const parts: CompletedPart[] = [];
      const numbers = Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => index + 1).values();
      const send = async (): Promise<void> => {
        for (const number of numbers) {
          const start = (number - 1) * partBytes;
          const end = Math.min(start + partBytes, size);
          const { ETag } = await this.client.send(
            new this.sdk.UploadPartCommand({
              ...object,
              UploadId,
              PartNumber: number,
              Body: await readPart(file, start, end),
              ContentLength: end - start,
            }),
          );
          parts[number - 1] = { PartNumber: number, ...(ETag === undefined ? {} : { ETag }) };
        }
      };
      await Promise.all(Array.from({ length: PARTS_AT_ONCE }, send));
      await this.client.send(
        new this.sdk.CompleteMultipartUploadCommand({
          ...object,
          UploadId,
          MultipartUpload: { Parts: parts },
        }),
      );
    } catch (error) {
      // What can't be aborted now, removeAbandoned finds.
      await this.client
        .send(new this.sdk.AbortMultipartUploadCommand({ ...object, UploadId }))
        .catch(() => undefined);
      throw error;
    }
  }

  private async get(key: string): Promise<GetObjectCommandOutput | null> {
    try {
      return await this.client.send(new this.sdk.GetObjectCommand(this.of(key)));
    } catch (error) {
      return this.nullWhenMissing(error);
    }
  }

  private nullWhenMissing(error: unknown): null {
    const missing =
      error instanceof this.sdk.S3ServiceException &&
      error.$metadata.httpStatusCode === 404 &&
      // A bucket that is not there is no missing object: everything would seem to be gone.
      error.name !== 'NoSuchBucket';
    if (missing) return null;
    throw error;
  }

  private of(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.place.bucket, Key: this.place.prefix + checkKey(key) };
  }
}

async function readPart(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const part = Buffer.allocUnsafe(end - start);
  let read = 0;
  while (read < part.length) {
    const { bytesRead } = await file.read(part, read, part.length - read, start + read);
    if (bytesRead === 0) throw new Error('The file became shorter while it was sent');
    read += bytesRead;
  }
  return part;
}

function bodyOf({ Body }: GetObjectCommandOutput): Readable {
  if (!(Body instanceof Readable)) throw new Error('The store answered without a body');
  return Body;
}
