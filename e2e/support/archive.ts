/** Archives as somebody else's tools make them, good and bad: written here byte by byte. */
import { blake3 } from '@noble/hashes/blake3.js';
import { crc32, deflateRawSync } from 'node:zlib';

export interface ArchiveEntry {
  readonly path: string;
  readonly content: string | Buffer;
  /** What the headers say; the bytes are deflated for 8, else as they are. Default 0, stored. */
  readonly method?: number;
}

export function makeZip(entries: readonly ArchiveEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content, method = 0 } of entries) {
    const name = Buffer.from(path);
    const raw = Buffer.from(content);
    const data = method === 8 ? deflateRawSync(raw) : raw;
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(0x0800, 2);
    facts.writeUInt16LE(method, 4);
    facts.writeUInt16LE(0x21, 8);
    facts.writeUInt32LE(crc32(raw), 10);
    facts.writeUInt32LE(data.length, 14);
    facts.writeUInt32LE(raw.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 'latin1');
    entry.writeUInt16LE(20, 4);
    facts.copy(entry, 6);
    entry.writeUInt32LE(offset, 42);
    files.push(Buffer.from('PK\x03\x04', 'latin1'), facts, name, data);
    directory.push(entry, name);
    offset += 30 + name.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, central, end]);
}

/** A bundle of these sources that nobody has compiled. */
export function makeBundle(sources: Readonly<Record<string, string>>, method = 0): Buffer {
  const files = Object.entries(sources).map(([path, content]) => ({ path, content, method }));
  const listed = files.map(({ path, content }) => {
    const hash = Buffer.from(blake3(Buffer.from(content))).toString('hex');
    return `{path: ${JSON.stringify(path)}, hash: "${hash}", size: ${Buffer.byteLength(content)}}`;
  });
  const manifest = `hot.bundle.handmade {files: [${listed.join(', ')}]}\n`;
  return makeZip([{ path: 'manifest.hot', content: manifest }, ...files]);
}
