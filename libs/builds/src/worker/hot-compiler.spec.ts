import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitArtifact } from '@app/platform/engine-code';
import { HotCompiler } from './hot-compiler';
import type { SourceText } from '@app/bundle';

const EXAMPLE = join(__dirname, '../../../../examples/orders/hot/src/orders');
const NOTHING = { event_handlers: {} };

function example(...names: readonly string[]): readonly SourceText[] {
  return names.map((name) => ({
    path: `hot/src/orders/${name}`,
    text: readFileSync(join(EXAMPLE, name), 'utf8'),
  }));
}

const one = (text: string, path = 'hot/src/main.hot'): readonly SourceText[] => [{ path, text }];

describe('the compiler of builds', () => {
  const compiler = new HotCompiler();

  it('documents the project and each package, and not the library', async () => {
    const { docs } = await compiler.compile(
      [
        ...one('::shop::api ns\nmeta {doc: "The API."}\nship meta {doc: "Ships."} fn (id: Str) { id }'),
        ...one('::acme::texts ns\nlow fn (t: Str): Str { lowercase(t) }', 'hot/pkg/acme/texts/src/texts.hot'),
        ...one('::plain ns\nx 1', 'hot/pkg/plain/plain.hot'),
      ],
      NOTHING,
    );
    expect(Object.keys(docs).sort()).toEqual(['', 'acme/texts', 'plain']);
    const namespaces = (text: string | undefined) =>
      (JSON.parse(text ?? '') as { namespaces: { namespace: string; functions: unknown[] }[] }).namespaces;
    expect(namespaces(docs[''])).toMatchObject([
      { namespace: '::shop::api', doc: 'The API.', functions: [{ name: 'ship', doc: 'Ships.' }] },
    ]);
    expect(namespaces(docs['acme/texts']).map(({ namespace }) => namespace)).toEqual(['::acme::texts']);
  });

  it('finds what the example declares', async () => {
    const { definitions, artifactHash } = await compiler.compile(example('flow.hot', 'pricing.hot'), NOTHING);
    expect(artifactHash).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(definitions.event_handlers).sort()).toEqual([
      'order:charged',
      'order:placed',
      'order:rejected',
      'order:shipped',
      'order:validated',
    ]);
    expect(definitions.event_handlers['order:validated']).toMatchObject([
      {
        fn: '::orders::flow/on-validated',
        meta: { retry: { attempts: 2, delay: 1000, backoff: 'exponential' } },
        file: 'hot/src/orders/flow.hot',
        line: expect.any(Number),
      },
    ]);
    expect(definitions.functions).toEqual(
      expect.arrayContaining([
        '::orders::flow/on-placed',
        '::orders::flow/charge',
        '::orders::pricing/quote',
      ]),
    );
    expect(definitions.functions.filter((name) => name.startsWith('::hot'))).toEqual([]);
  });

  it('makes the same artifact of the same sources, and another one of others', async () => {
    const [a, b, c] = await Promise.all([
      compiler.compile(one('::a ns\nf fn () { 1 }'), NOTHING),
      compiler.compile(one('::a ns\nf fn () { 1 }'), NOTHING),
      compiler.compile(one('::a ns\nf fn () { 2 }'), NOTHING),
    ]);
    expect(a.artifact.equals(b.artifact)).toBe(true);
    expect([a.artifactHash === b.artifactHash, a.artifactHash === c.artifactHash]).toEqual([true, false]);
  });

  it('takes its own artifacts for its own, and no others', async () => {
    const { artifact } = await compiler.compile(one('::a ns\nf fn () { 1 }'), NOTHING);
    expect(compiler.accepts(artifact)).toBe(true);
    const other = Buffer.from(artifact.toString().replace(/"compiler":"[^"]*"/, '"compiler":"0"'));
    expect(compiler.accepts(other)).toBe(false);
    expect(compiler.accepts(Buffer.from('rubbish'))).toBe(false);
  });

  it("brings along the engine's form of large programs alone", async () => {
    const functions = Array.from({ length: 1_500 }, (_, n) => `f${n} fn (a, b) { add(mul(a, ${n}), b) }`);
    const [small, large] = await Promise.all([
      compiler.compile(one('::a ns\nf fn () { 1 }'), NOTHING),
      compiler.compile(one(`::a ns\n${functions.join('\n')}`), NOTHING),
    ]);
    expect(splitArtifact(small.artifact).data).toBeNull();
    const { json, data } = splitArtifact(large.artifact);
    expect(data?.length).toBeGreaterThan(100_000);
    expect(JSON.parse(json.toString())).toMatchObject({ hash: large.artifactHash });
    expect(compiler.accepts(large.artifact)).toBe(true);
  });

  it('names file, line and column of the first error, and counts the others', async () => {
    await expect(compiler.compile(one('::a ns\nf fn () { 1'), NOTHING)).rejects.toThrow(
      /^hot\/src\/main\.hot:\d+:\d+: /,
    );
    await expect(
      compiler.compile(one('::a ns\nf fn () { nope-a() }\ng fn () { nope-b() }'), NOTHING),
    ).rejects.toThrow(/^hot\/src\/main\.hot:2:\d+: .*nope-a.* \(and 1 more\)$/s);
  });

  it('refuses a handler that cannot take its event', async () => {
    const source = '::a ns\nf\nmeta {on-event: "x"}\nfn () { 1 }';
    await expect(compiler.compile(one(source), NOTHING)).rejects.toThrow('must accept an event parameter');
  });

  it('warns where the manifest says something else', async () => {
    const source = '::a ns\nf\nmeta {on-event: "x"}\nfn (e) { 1 }';
    const { warnings, definitions } = await compiler.compile(one(source), NOTHING);
    expect(warnings).toEqual([expect.stringContaining('event_handlers: the manifest lacks')]);
    const manifest = { event_handlers: definitions.event_handlers };
    expect((await compiler.compile(one(source), manifest)).warnings).toEqual([]);
  });

  it('reads manifests as data', () => {
    expect(compiler.parseManifest('hot.bundle.shop {bundle_hash: "ab", files: []}')).toEqual({
      bundle_hash: 'ab',
      files: [],
    });
    expect(() => compiler.parseManifest('hot.bundle.shop {x: f()}')).toThrow('manifest.hot:1:');
  });
});
