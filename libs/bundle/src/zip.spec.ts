import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BundleError, type BundleRule } from './bundle-error';
import { BUNDLE_LIMITS } from './limits';
import { rawZip, type RawEntry } from './testing/raw-zip';
import { ZipReader } from './zip-reader';
import { writeZip } from './zip-writer';

describe('archives', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function contents(bytes: Buffer): Promise<Record<string, string>> {
    const path = join(folder, 'a.zip');
    writeFileSync(path, bytes);
    const zip = await ZipReader.open(path);
    try {
      const pairs = await Promise.all(
        zip.entries.map(async (entry) => [entry.path, (await zip.read(entry)).toString()] as const),
      );
      return Object.fromEntries(pairs);
    } finally {
      await zip.close();
    }
  }

  async function refusal(bytes: Buffer): Promise<BundleRule> {
    try {
      await contents(bytes);
    } catch (error) {
      if (error instanceof BundleError) return error.rule;
      throw error;
    }
    throw new Error('the archive was accepted');
  }

  const one = (entry: Partial<RawEntry>): Buffer =>
    rawZip([{ path: 'a.hot', content: Buffer.from('hi'), ...entry }]);

  it('reads back what it wrote, small, large, empty and repetitive', async () => {
    const files = { 'a.hot': 'x', 'b/c.hot': 'line\n'.repeat(50_000), 'empty.hot': '', 'ü.hot': 'grüße' };
    const bytes = writeZip(
      Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) })),
    );
    expect(await contents(bytes)).toEqual(files);
  });

  it('writes the same bytes for the same entries', () => {
    const entries = [{ path: 'a.hot', content: Buffer.from('same '.repeat(99)) }];
    expect(writeZip(entries).equals(writeZip(entries))).toBe(true);
  });

  it.each([0, 8, 93] as const)('reads method %i [B1]', async (method) => {
    expect(await contents(one({ content: Buffer.from('abc '.repeat(30)), method }))).toEqual({
      'a.hot': 'abc '.repeat(30),
    });
  });

  it.each<[string, () => Buffer, BundleRule]>([
    ['a file that is no archive', () => Buffer.from('not a zip at all, really not'), 'not-a-zip'],
    ['an empty file', () => Buffer.alloc(0), 'not-a-zip'],
    ['a cut archive', () => one({}).subarray(0, 40), 'not-a-zip'],
    ['an archive whose directory lies beyond its end', () => patched(one({}), -6, 0x7fffffff), 'not-a-zip'],
    ['another compression method', () => one({ method: 12 }), 'unsupported'],
    ['an encrypted entry', () => one({ claims: { flags: 0x801 } }), 'unsupported'],
    ['a ZIP64 directory', () => patched(one({}), -6, 0xffffffff), 'unsupported'],
    ['a path that climbs out', () => one({ path: '../a.hot' }), 'path'],
    ['a path that climbs out in its middle', () => one({ path: 'a/../../b' }), 'path'],
    ['an absolute path', () => one({ path: '/etc/passwd' }), 'path'],
    ['a drive', () => one({ path: 'C:/x' }), 'path'],
    ['a backslash', () => one({ path: 'a\\b' }), 'path'],
    ['a NUL', () => one({ path: 'a\0b' }), 'path'],
    ['an empty component', () => one({ path: 'a//b' }), 'path'],
    ['a path of dots', () => one({ path: './a' }), 'path'],
    ['bytes that are no UTF-8', () => one({ path: Buffer.from([0x61, 0xff]) }), 'path'],
    ['a path that is too long', () => one({ path: 'a'.repeat(1025) }), 'limit'],
    ['a path that is too deep', () => one({ path: Array(33).fill('a').join('/') }), 'limit'],
    ['two entries of one path', () => rawZip([file('a.hot'), file('a.hot')]), 'duplicate'],
    ['two paths that differ in case', () => rawZip([file('a.hot'), file('A.hot')]), 'duplicate'],
    ['a symbolic link', () => one({ claims: { unixMode: 0o120777 } }), 'entry-kind'],
    ['a device', () => one({ claims: { unixMode: 0o020666 } }), 'entry-kind'],
    [
      'an entry that claims to be huge',
      () => one({ claims: { bytes: 101 * 1024 * 1024 }, method: 8 }),
      'limit',
    ],
    [
      'something out of nothing',
      () => one({ content: Buffer.alloc(0), claims: { bytes: 5, compressedBytes: 0 }, method: 8 }),
      'limit',
    ],
    ['a bomb', () => one({ content: Buffer.alloc(20 * 1024 * 1024), method: 93 }), 'limit'],
    [
      'an entry larger than declared',
      () => one({ content: Buffer.alloc(999), claims: { bytes: 10 }, method: 8 }),
      'corrupt',
    ],
    ['an entry smaller than declared', () => one({ claims: { bytes: 3 }, method: 8 }), 'corrupt'],
    ['a wrong checksum', () => one({ claims: { crc32: 1 } }), 'corrupt'],
    ['rubbish in place of Zstandard', () => garbled(93), 'corrupt'],
    ['rubbish in place of deflate', () => garbled(8), 'corrupt'],
  ])('refuses %s', async (_, build, rule) => {
    expect(await refusal(build())).toBe(rule);
  });

  it('refuses more entries, or more bytes in total, than the limits', async () => {
    const path = join(folder, 'many.zip');
    writeFileSync(path, rawZip([file('a'), file('b'), file('c')]));
    await expect(ZipReader.open(path, { ...BUNDLE_LIMITS, maxEntries: 2 })).rejects.toThrow(
      '3 entries (limit 2)',
    );
    await expect(ZipReader.open(path, { ...BUNDLE_LIMITS, maxTotalBytes: 5 })).rejects.toThrow(
      'more than 5 bytes',
    );
  });
});

function file(path: string): RawEntry {
  return { path, content: Buffer.from('hi') };
}

function garbled(method: 8 | 93): Buffer {
  const bytes = rawZip([{ path: 'a', content: Buffer.from('abcdefgh'.repeat(40)), method }]);
  bytes.fill(0xee, 31, 45);
  return bytes;
}

/** Overwrites four bytes, counted from the end. */
function patched(bytes: Buffer, at: number, value: number): Buffer {
  bytes.writeUInt32LE(value, bytes.length + at);
  return bytes;
}
