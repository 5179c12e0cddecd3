/** Writes ZIP archives with Zstandard entries (method 93). Deterministic: same entries, same bytes. */
import * as zlib from 'node:zlib';
import { ZIP_METHODS } from './zip-reader';

export interface ZipContent {
  readonly path: string;
  readonly content: Buffer;
}

const VERSION_ZSTD = 63;
const UTF8_NAMES = 0x800;
// 1980-01-01, the format's zero: an archive's bytes depend on its content alone.
const DOS_DATE = 0x21;
const UNIX_FILE = 3 << 8;
const MODE_FILE = 0o100644 << 16;

export function writeZip(entries: readonly ZipContent[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content } of entries) {
    const name = Buffer.from(path, 'utf8');
    const { method, packed } = pack(content);
    const common = commonHeader(method, content, packed, name);
    const local = Buffer.concat([u32(0x04034b50), u16(VERSION_ZSTD), common, name]);
    const central = Buffer.concat([
      u32(0x02014b50),
      u16(UNIX_FILE | VERSION_ZSTD),
      u16(VERSION_ZSTD),
      common,
      u16(0), // comment
      u16(0), // disk
      u16(0), // internal attributes
      u32(MODE_FILE >>> 0),
      u32(offset),
      name,
    ]);
    parts.push(local, packed);
    directory.push(central);
    offset += local.length + packed.length;
  }
  const directoryBytes = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.concat([
    u32(0x06054b50),
    u16(0),
    u16(0),
    u16(entries.length),
    u16(entries.length),
    u32(directoryBytes),
    u32(offset),
    u16(0),
  ]);
  return Buffer.concat([...parts, ...directory, end]);
}

/** Tiny and incompressible contents are stored: readers refuse what unpacks to more than 1000 times its size. */
function pack(content: Buffer): { method: number; packed: Buffer } {
  const packed = content.length === 0 ? content : zlib.zstdCompressSync(content);
  const isWorthIt = packed.length < content.length && content.length <= packed.length * 900;
  return isWorthIt ? { method: ZIP_METHODS.zstd, packed } : { method: ZIP_METHODS.stored, packed: content };
}

function commonHeader(method: number, content: Buffer, packed: Buffer, name: Buffer): Buffer {
  return Buffer.concat([
    u16(UTF8_NAMES),
    u16(method),
    u16(0),
    u16(DOS_DATE),
    u32(zlib.crc32(content)),
    u32(packed.length),
    u32(content.length),
    u16(name.length),
    u16(0),
  ]);
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
