/**
 * Reads ZIP archives whose entries may be stored (0), deflated (8) or compressed with Zstandard (93), which most
 * libraries refuse. The central directory is the only truth: local headers are used for nothing but the place of the
 * data. Memory is bounded by the limits, whatever the archive claims: a decoder stops at the declared size + 1.
 */
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { BundleError } from './bundle-error';
import { entryPath } from './entry-path';
import { BUNDLE_LIMITS, type BundleLimits } from './limits';

const inflateRaw = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);
const zstdDecompress = promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);

const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const ENCRYPTED = 0x1;

export const ZIP_METHODS = { stored: 0, deflate: 8, zstd: 93 } as const;

export interface ZipEntry {
  readonly path: string;
  readonly isDirectory: boolean;
  readonly method: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly crc32: number;
  /** Where the local header begins in the file. */
  readonly headerOffset: number;
}

/** An open archive. Close it when done. */
export class ZipReader {
  private constructor(
    private readonly file: FileHandle,
    private readonly size: number,
    readonly entries: readonly ZipEntry[],
    private readonly limits: BundleLimits,
  ) {}

  /** Opens an archive and checks its whole directory. Throws BundleError. */
  static async open(path: string, limits: BundleLimits = BUNDLE_LIMITS): Promise<ZipReader> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      return new ZipReader(file, size, await readDirectory(file, size, limits), limits);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The entry's content: exactly as many bytes as declared, checksum verified. */
  async read(entry: ZipEntry): Promise<Buffer> {
    const header = await readAt(this.file, this.size, entry.headerOffset, 30);
    if (header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
      throw new BundleError('corrupt', `Entry ${entry.path} has no local header`);
    }
    const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = await readAt(this.file, this.size, start, entry.compressedBytes);
    const content = await unpack(entry, packed, Math.min(entry.bytes, this.limits.maxEntryBytes) + 1);
    if (content.length !== entry.bytes) {
      throw new BundleError('corrupt', `Entry ${entry.path} unpacks to another size than declared`);
    }
    if (zlib.crc32(content) !== entry.crc32) {
      throw new BundleError('corrupt', `Entry ${entry.path} fails its checksum`);
    }
    return content;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

async function unpack(entry: ZipEntry, packed: Buffer, maxOutputLength: number): Promise<Buffer> {
  try {
    switch (entry.method) {
      case ZIP_METHODS.stored:
        return packed;
      case ZIP_METHODS.deflate:
        return await inflateRaw(packed, { maxOutputLength });
      default:
        return await zstdDecompress(packed, { maxOutputLength });
    }
  } catch (cause) {
    throw new BundleError('corrupt', `Entry ${entry.path} can't be unpacked`, { cause });
  }
}

async function readDirectory(
  file: FileHandle,
  size: number,
  limits: BundleLimits,
): Promise<readonly ZipEntry[]> {
  const end = await findEnd(file, size);
  const count = end.readUInt16LE(10);
  const directoryBytes = end.readUInt32LE(12);
  const directoryOffset = end.readUInt32LE(16);
  if (count === 0xffff || directoryBytes === 0xffffffff || directoryOffset === 0xffffffff) {
    throw new BundleError(
      'unsupported',
      'ZIP64 archives are not accepted; an archive may hold at most 10,000 entries',
    );
  }
  if (end.readUInt16LE(4) !== 0 || end.readUInt16LE(8) !== count) {
    throw new BundleError('unsupported', 'The archive spans several disks');
  }
  if (count > limits.maxEntries) {
    throw new BundleError('limit', `The archive holds ${count} entries (limit ${limits.maxEntries})`);
  }
  if (directoryOffset + directoryBytes > size) {
    throw new BundleError(
      'not-a-zip',
      'The archive is cut off: its directory lies beyond the end of the file',
    );
  }
  const directory = await readAt(file, size, directoryOffset, directoryBytes);
  return parseDirectory(directory, count, limits);
}

function parseDirectory(directory: Buffer, count: number, limits: BundleLimits): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  const seen = new Set<string>();
  let at = 0;
  let total = 0;
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) {
      throw new BundleError('corrupt', "The archive's directory is damaged");
    }
    const nameBytes = directory.readUInt16LE(at + 28);
    const next = at + 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw new BundleError('corrupt', "The archive's directory is damaged");
    const entry = parseEntry(directory, at, nameBytes, limits);
    // Case-insensitive file systems would let the second of two such entries overwrite the first.
    const key = entry.path.toLowerCase();
    if (seen.has(key)) throw new BundleError('duplicate', `Two entries have the path ${entry.path}`);
    seen.add(key);
    total += entry.bytes;
    if (total > limits.maxTotalBytes) {
      throw new BundleError('limit', `The archive unpacks to more than ${limits.maxTotalBytes} bytes`);
    }
    entries.push(entry);
    at = next;
  }
  if (at !== directory.length)
    throw new BundleError('corrupt', "The archive's directory holds more than its entries");
  return entries;
}

function parseEntry(directory: Buffer, at: number, nameBytes: number, limits: BundleLimits): ZipEntry {
  const name = directory.subarray(at + 46, at + 46 + nameBytes);
  const path = entryPath(name, limits);
  const isDirectory = name[name.length - 1] === 0x2f;
  const method = directory.readUInt16LE(at + 10);
  const compressedBytes = directory.readUInt32LE(at + 20);
  const bytes = directory.readUInt32LE(at + 24);
  if ((directory.readUInt16LE(at + 8) & ENCRYPTED) !== 0) {
    throw new BundleError('unsupported', `Entry ${path} is encrypted`);
  }
  if (method !== ZIP_METHODS.stored && method !== ZIP_METHODS.deflate && method !== ZIP_METHODS.zstd) {
    throw new BundleError(
      'unsupported',
      `Entry ${path} uses compression method ${method}; accepted are 0 (stored), 8 (deflate) and 93 (zstd)`,
    );
  }
  checkKind(path, directory.readUInt16LE(at + 4) >> 8, directory.readUInt32LE(at + 38) >>> 16);
  if (bytes > limits.maxEntryBytes) {
    throw new BundleError('limit', `Entry ${path} unpacks to ${bytes} bytes (limit ${limits.maxEntryBytes})`);
  }
  if (bytes > compressedBytes * limits.maxRatio) {
    throw new BundleError('limit', `Entry ${path} is compressed more than ${limits.maxRatio} : 1`);
  }
  if (method === ZIP_METHODS.stored && bytes !== compressedBytes) {
    throw new BundleError('corrupt', `Entry ${path} is stored but declares two sizes`);
  }
  return {
    path,
    isDirectory,
    method,
    compressedBytes,
    bytes,
    crc32: directory.readUInt32LE(at + 16),
    headerOffset: directory.readUInt32LE(at + 42),
  };
}

/** Only regular files and folders: a symbolic link could lead out of the folder that is unpacked into. */
function checkKind(path: string, madeBy: number, mode: number): void {
  const UNIX = 3;
  const kind = mode & 0o170000;
  if (madeBy === UNIX && kind !== 0 && kind !== 0o100000 && kind !== 0o040000) {
    throw new BundleError('entry-kind', `Entry ${path} is neither a file nor a folder`);
  }
}

async function findEnd(file: FileHandle, size: number): Promise<Buffer> {
  if (size < END_BYTES) throw new BundleError('not-a-zip', 'The file is not a ZIP archive');
  const tailBytes = Math.min(size, END_BYTES + MAX_COMMENT);
  const tail = await readAt(file, size, size - tailBytes, tailBytes);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (
      tail.readUInt32LE(at) === END_SIGNATURE &&
      at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length
    ) {
      return tail.subarray(at, at + END_BYTES);
    }
  }
  throw new BundleError('not-a-zip', 'The file is not a ZIP archive, or it is cut off');
}

/** What an archive claims of its parts is held against its size first: memory is given to nothing that is not there. */
async function readAt(file: FileHandle, size: number, position: number, length: number): Promise<Buffer> {
  if (position + length > size) throw new BundleError('corrupt', 'The archive is cut off');
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new BundleError('corrupt', 'The archive is cut off');
  return buffer;
}
