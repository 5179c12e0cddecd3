/** Builds archives byte by byte, so that tests can tell any lie a hostile one would tell. */
import * as zlib from 'node:zlib';

export interface RawEntry {
  readonly path: string | Buffer;
  readonly content: Buffer;
  readonly method?: 0 | 8 | 93 | 12;
  /** Overrides of what the directory claims. */
  readonly claims?: {
    readonly bytes?: number;
    readonly compressedBytes?: number;
    readonly crc32?: number;
    readonly flags?: number;
    readonly unixMode?: number;
  };
}

export function rawZip(entries: readonly RawEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.isBuffer(entry.path) ? entry.path : Buffer.from(entry.path);
    const packed = pack(entry);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    fields(entry, packed, name).copy(local, 4);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE((3 << 8) | 63, 4);
    fields(entry, packed, name).copy(central, 6, 0, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(((entry.claims?.unixMode ?? 0o100644) << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    parts.push(local, name, packed);
    directory.push(central, name);
    offset += local.length + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

function pack({ content, method = 0 }: RawEntry): Buffer {
  if (method === 8) return zlib.deflateRawSync(content);
  return method === 93 ? zlib.zstdCompressSync(content) : content;
}

/** The 26 bytes that local header and directory share, from "version needed" on. */
function fields(entry: RawEntry, packed: Buffer, name: Buffer): Buffer {
  const common = Buffer.alloc(26);
  common.writeUInt16LE(63, 0);
  common.writeUInt16LE(entry.claims?.flags ?? 0x800, 2);
  common.writeUInt16LE(entry.method ?? 0, 4);
  common.writeUInt32LE(entry.claims?.crc32 ?? zlib.crc32(entry.content), 10);
  common.writeUInt32LE(entry.claims?.compressedBytes ?? packed.length, 14);
  common.writeUInt32LE(entry.claims?.bytes ?? entry.content.length, 18);
  common.writeUInt16LE(name.length, 22);
  return common;
}
