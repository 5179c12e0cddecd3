/** Archives that somebody made to do harm: each is refused by a rule, none is read in part. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { BundleError, type BundleRule } from './bundle-error';
import { rawZip, type RawEntry } from './testing/raw-zip';
import { ZipReader } from './zip-reader';

const GOOD: readonly RawEntry[] = [
  { path: 'manifest.hot', content: Buffer.from('m 1') },
  { path: 'hot/src/a.hot', content: Buffer.from('line\n'.repeat(50)), method: 8 },
  { path: 'hot/src/b.hot', content: Buffer.from('other\n'.repeat(50)), method: 93 },
];
const END_BYTES = 22;

const PATHS: readonly string[] = [
  ...['..', '../x', '../../x', 'a/..', 'a/../b', 'a/b/../../../c', '../', 'a/../../', '..//x', 'a/b/..'],
  ...['.', './x', 'a/./b', 'a/.', './', '././x', 'a//b', 'a///b', '//x', '/x', '/', '/etc/passwd', '/../x'],
  ...[
    'C:',
    'C:x',
    'C:/x',
    'c:\\x',
    'z:/..',
    'Z:',
    '\\x',
    'a\\b',
    '..\\x',
    '\\\\host\\share',
    'a/b\\..\\c',
    '\\',
  ],
  ...[
    '\0',
    'a\0',
    '\0a',
    'a\0/../b',
    'a/\0',
    '',
    'x/../../../../../../../../etc/cron.d/y',
    '/root/.ssh/authorized_keys',
  ],
  ...[
    'a/../../../../tmp/x',
    '/proc/self/mem',
    '/dev/null',
    'hot/../../x',
    'resources/../../x',
    'hot/src/../../../x',
  ],
];

const end = (bytes: Buffer): number => bytes.length - END_BYTES;

/** With one number of the record at the end, or of the first entry of the directory, changed. */
function changed(
  at: 'end' | 'directory',
  offset: number,
  bytes: 2 | 4,
  value: (old: number) => number,
): Buffer {
  const archive = Buffer.from(rawZip(GOOD));
  const from = at === 'end' ? end(archive) : archive.readUInt32LE(end(archive) + 16);
  const old = archive.readUIntLE(from + offset, bytes);
  archive.writeUIntLE((value(old) >>> 0) % 2 ** (8 * bytes), from + offset, bytes);
  return archive;
}

const plus =
  (n: number) =>
  (old: number): number =>
    old + n;
const is = (n: number) => (): number => n;

const one = (entry: Partial<RawEntry>): Buffer =>
  rawZip([{ path: 'a.hot', content: Buffer.from('hi'), ...entry }]);
const named = (path: string | Buffer): Buffer => one({ path });

const ARCHIVES: readonly (readonly [string, Buffer])[] = [
  ...PATHS.map((path) => [`the path ${JSON.stringify(path)}`, named(path)] as const),
  ...[[0xff], [0xc0, 0xae], [0xc0, 0xaf], [0x61, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]].map(
    (bytes) => [`the path of bytes ${bytes.join(' ')}`, named(Buffer.from(bytes))] as const,
  ),
  ...[33, 64, 512].map((depth) => [`${depth} folders`, named(Array(depth).fill('a').join('/'))] as const),
  ...[1_025, 4_096, 65_535].map(
    (length) => [`a path of ${length} bytes`, named('a'.repeat(length))] as const,
  ),
  ...[0o120777, 0o120000, 0o020666, 0o060660, 0o010644, 0o140755].map(
    (mode) => [`the mode ${mode.toString(8)}`, one({ claims: { unixMode: mode } })] as const,
  ),
  ...[1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 14, 18, 19, 95, 96, 97, 98, 99, 0xffff].map(
    (method) => [`the method ${method}`, one({ method: method as 12 })] as const,
  ),
  ...[0x801, 0x841, 0x2801, 0x0001].map(
    (flags) => [`the flags ${flags.toString(16)}`, one({ claims: { flags } })] as const,
  ),
  ...[1, 3, 100, 2 ** 31, 2 ** 32 - 1].flatMap((bytes) =>
    ([0, 8, 93] as const).map(
      (method) => [`${bytes} bytes claimed of method ${method}`, one({ method, claims: { bytes } })] as const,
    ),
  ),
  ...[2, 4].map((crc32) => [`the checksum ${crc32}`, one({ claims: { crc32 } })] as const),
  ...[1_000, 2 ** 31, 2 ** 32 - 1].map(
    (compressedBytes) =>
      [
        `${compressedBytes} compressed bytes claimed`,
        one({ method: 8, claims: { compressedBytes } }),
      ] as const,
  ),
  ...([8, 93] as const).map(
    (method) => [`a bomb of method ${method}`, one({ method, content: Buffer.alloc(30_000_000) })] as const,
  ),
  ['forty bombs that are small each', rawZip(bombs(40))],
  ['one path twice', rawZip([...GOOD, ...GOOD.slice(0, 1)])],
  ['a path in two cases', rawZip([...GOOD, { path: 'MANIFEST.hot', content: Buffer.from('x') }])],
  ...Array.from({ length: 24 }, (_, n) => {
    const archive = rawZip(GOOD);
    const length = Math.floor((archive.length * n) / 24);
    return [`its first ${length} bytes`, archive.subarray(0, length)] as const;
  }),
  ...[1, 100, 10_000, 0x7fffffff].map(
    (n) => [`a directory ${n} bytes later`, changed('end', 16, 4, plus(n))] as const,
  ),
  ...[1, 7, 46].map((n) => [`a directory ${n} bytes earlier`, changed('end', 16, 4, plus(-n))] as const),
  ...[1, 65_530].map((n) => [`${n} entries more`, changed('end', 10, 2, plus(n))] as const),
  ['ZIP64 in the number of entries', changed('end', 10, 2, is(0xffff))],
  ['ZIP64 in the place of the directory', changed('end', 16, 4, is(0xffffffff))],
  ['a comment that is not there', changed('end', 20, 2, is(10))],
  ...[1, 1_000, 0xffff].map(
    (n) => [`a name ${n} bytes longer`, changed('directory', 28, 2, plus(n))] as const,
  ),
  ...[1, 0xffff].map((n) => [`an extra field of ${n} bytes`, changed('directory', 30, 2, is(n))] as const),
  ...[1, 31, 0x7fffffff].map((n) => [`content at ${n}`, changed('directory', 42, 4, plus(n))] as const),
  ['a directory without its mark', changed('directory', 0, 4, is(0))],
];

function bombs(count: number): RawEntry[] {
  const content = Buffer.alloc(3_000_000);
  return Array.from({ length: count }, (_, n) => ({ path: `b${n}`, content, method: 8 as const }));
}

describe('hostile archives', () => {
  let folder: string;
  let path: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hostile-'));
    path = join(folder, 'a.zip');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What is in it, or by which rule it is refused. Other errors are thrown on: nobody has foreseen them. */
  async function read(bytes: Buffer): Promise<ReadonlyMap<string, string> | BundleRule> {
    writeFileSync(path, bytes);
    try {
      const zip = await ZipReader.open(path);
      try {
        const contents = new Map<string, string>();
        for (const entry of zip.entries) contents.set(entry.path, (await zip.read(entry)).toString('latin1'));
        return contents;
      } finally {
        await zip.close();
      }
    } catch (error) {
      if (error instanceof BundleError) return error.rule;
      throw error;
    }
  }

  it('are more than a hundred, each of them different, beside one that is good', async () => {
    expect(ARCHIVES.length).toBeGreaterThan(150);
    expect(new Set(ARCHIVES.map(([, bytes]) => bytes.toString('base64'))).size).toBe(ARCHIVES.length);
    expect([...((await read(rawZip(GOOD))) as ReadonlyMap<string, string>).keys()]).toEqual(
      GOOD.map((entry) => entry.path),
    );
  });

  it.each(ARCHIVES)('are refused with %s [B6]', async (_, bytes) => {
    expect(typeof (await read(bytes))).toBe('string');
  });

  it('with any bytes changed are refused, or read as what the directory promises', async () => {
    const good = rawZip(GOOD);
    const contents = new Set(GOOD.map((entry) => entry.content.toString('latin1')));
    const change = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(change, async (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        const found = await read(bytes);
        if (typeof found === 'string') return;
        // Names may have changed, contents not: their checksums are in the directory.
        for (const content of found.values()) expect(contents).toContain(content);
      }),
      { numRuns: 2_000 },
    );
  }, 60_000);
});
