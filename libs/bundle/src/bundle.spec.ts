import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBundle, type BundleInput } from './create-bundle';
import { bundleHash, fileHash } from './hashes';
import { openBundle, readManifest } from './open-bundle';
import { scanForSecrets } from './secret-scan';
import { checkVersion } from './version-gate';
import { rawZip } from './testing/raw-zip';

/** Stands in for the manifest's own notation, which the language library owns. */
const print = (name: string, value: unknown): string => JSON.stringify({ name, value });
const parse = (text: string): unknown => (JSON.parse(text) as { value: unknown }).value;

const input: BundleInput = {
  projectName: 'shop',
  buildId: '0198c6b2-77aa-7e10-b0de-9a4c11e2d301',
  sources: [
    { path: 'hot/src/b.hot', content: Buffer.from('::b ns') },
    { path: 'hot/src/a.hot', content: Buffer.from('::a ns') },
    { path: 'hot/src/a.hot', content: Buffer.from('from a later root') },
    { path: 'hot/pkg/acme/util/src/u.hot', content: Buffer.from('::u ns') },
  ],
  resources: [{ path: 'logo.txt', content: Buffer.from('logo') }],
  definitions: { event_handlers: {} },
  createdAt: '2026-01-02T03:04:05Z',
  print,
};

describe('bundles', () => {
  let folder: string;
  let path: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bundle-'));
    path = join(folder, 'a.hot.zip');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('come back as they went in: dependencies first, the first root wins', async () => {
    writeFileSync(path, createBundle(input).archive);
    const opened = await openBundle(path, parse);
    expect(opened.sources.map((source) => source.path)).toEqual([
      'hot/pkg/acme/util/src/u.hot',
      'hot/src/a.hot',
      'hot/src/b.hot',
    ]);
    expect(opened.sources[1]?.text).toBe('::a ns');
    expect(opened.resources).toEqual([{ path: 'logo.txt', bytes: 4 }]);
  });

  it('have one hash for one content, whatever the order of files', () => {
    const reordered = {
      ...input,
      sources: [...input.sources].reverse().slice(2),
      resources: input.resources,
    };
    const same = { ...input, sources: input.sources.slice(0, 2) };
    expect(createBundle(reordered).bundleHash).toBe(createBundle(same).bundleHash);
    expect(createBundle(same).bundleHash).not.toBe(createBundle(input).bundleHash);
  });

  it('hash project files before dependencies, and resources with their path', () => {
    const file = (name: string) => ({ path: name, hash: fileHash(Buffer.from(name)), size: 1 });
    const expected = fileHash(
      Buffer.from([file('a').hash, file('z').hash, file('d').hash, `r${file('r').hash}`].join('')),
    );
    expect(bundleHash([file('z'), file('a')], [file('d')], [file('r')])).toBe(expected);
  });

  it('are refused when a file differs from its hash', async () => {
    const manifest = { files: [{ path: 'hot/src/a.hot', hash: fileHash(Buffer.from('other')), size: 5 }] };
    writeFileSync(
      path,
      rawZip([manifestEntry(manifest), { path: 'hot/src/a.hot', content: Buffer.from('::a ns') }]),
    );
    await expect(openBundle(path, parse)).rejects.toThrow(
      'hot/src/a.hot is not the file that the manifest names',
    );
  });

  it('are refused when the manifest names a file that is not there', async () => {
    writeFileSync(path, rawZip([manifestEntry({ resources: [{ path: 'x', hash: 'ab', size: 1 }] })]));
    await expect(openBundle(path, parse)).rejects.toThrow(
      'The manifest names resources/x, the archive lacks it',
    );
  });

  it.each([
    ['no manifest', rawZip([{ path: 'a', content: Buffer.from('x') }]), 'no manifest.hot'],
    [
      'a manifest that is no manifest',
      rawZip([{ path: 'manifest.hot', content: Buffer.from('{') }]),
      "can't be read",
    ],
    ['a manifest with a wrong field', rawZip([manifestEntry({ files: 'none' })]), 'manifest.hot: files'],
    [
      'a manifest that is not UTF-8',
      rawZip([{ path: 'manifest.hot', content: Buffer.from([0xff]) }]),
      'not UTF-8',
    ],
  ])('are refused with %s', async (_, bytes, message) => {
    writeFileSync(path, bytes);
    await expect(readManifest(path, parse)).rejects.toThrow(message);
  });
});

describe('the version gate', () => {
  it.each([
    [undefined, 'accept'],
    ['not a version', 'accept'],
    ['2.6.0', 'accept'],
    ['2.6.1', 'refuse'],
    ['2.7.0', 'refuse'],
    ['3.0.0', 'refuse'],
    ['1.9.9', 'refuse'],
    ['2.5.9', 'warn'],
  ])('for a bundle of %s says %s', (version, verdict) => {
    expect(checkVersion('engine', version, '2.6.0').verdict).toBe(verdict);
  });
});

describe('the search for secrets', () => {
  // Put together at run time, so that no scanner takes this file for a leak.
  const fake = (head: string, length: number): string => head + 'A1b2C3d4'.repeat(20).slice(0, length);

  it.each([
    [fake('sk_live_', 24), 'Stripe key'],
    [fake('ghp_', 36), 'GitHub token'],
    [fake('sk-ant-', 40), 'Anthropic key'],
    [fake('sk-proj-', 40), 'OpenAI-style key'],
    [fake('AIza', 35), 'Google API key'],
    [`-----BEGIN RSA PRIVATE${' '}KEY-----`, 'private key'],
  ])('finds %s', (secret, kind) => {
    const [hit] = scanForSecrets('a.hot', `fine\nkey "${secret}"\n`);
    expect(hit).toMatchObject({ path: 'a.hot', line: 2, kind });
    expect(hit?.snippet).not.toContain(secret.slice(4, -4));
  });

  it('leaves ordinary code alone', () => {
    expect(scanForSecrets('a.hot', 'sk-learn task-list risk-of-something-that-is-rather-long')).toEqual([]);
  });
});

function manifestEntry(value: unknown): { path: string; content: Buffer } {
  return { path: 'manifest.hot', content: Buffer.from(JSON.stringify({ value })) };
}
