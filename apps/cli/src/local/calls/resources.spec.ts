import { errorOf, valueOf } from '../../testing/evaluating';
import { Workspace } from '../../testing/workspace';

const CONF = `::hot::conf ns
hot.set.project "shop"
hot.project.shop.resources.paths ["./first", "./second"]
hot.project.shop.resources.excludes ["*.secret"]
hot.project.shop.deps {"acme/texts": {"local": "../texts"}}
`;
const PACKAGE =
  '::hot::pkg ns\nhot.pkg.texts { name: "acme/texts", version: "1.0.0", resource-paths: ["res"] }';

describe('resources on this machine', () => {
  let place: Workspace;
  const value = (code: string): Promise<unknown> => valueOf(place, `::res ::hot::resource\n${code}`);
  beforeEach(async () => {
    place = await Workspace.make('project');
    await place.put('hot.hot', CONF);
    await place.put('first/greeting.txt', 'hé');
    await place.put('second/greeting.txt', 'hidden by the first');
    await place.put('second/deep/image.bin', 'b');
    await place.put('second/key.secret', 'k');
    await place.put('../texts/pkg.hot', PACKAGE);
    await place.put('../texts/res/of-package.md', '# hi');
  });
  afterEach(() => place.remove());

  it('are those that would travel in the bundle', async () => {
    expect(await value('map(::res/list(), (r) { [r.path, r.size] })')).toEqual([
      ['deep/image.bin', 1],
      ['greeting.txt', 3],
      ['of-package.md', 4],
    ]);
    expect(await value('::res/load-str("greeting.txt")')).toBe('hé');
    expect(await value('eq(::res/load("deep/image.bin"), Bytes("b"))')).toBe(true);
    expect(await value('map(::res/list-matching("*.md"), (r) { r.path })')).toEqual(['of-package.md']);
    expect(await value('[::res/exists("key.secret"), ::res/path("greeting.txt")]')).toEqual([
      false,
      'hot://res/greeting.txt',
    ]);
    expect(await value('length(first(::res/list()).hash)')).toBe(64);
  });

  it.each(['none.txt', 'key.secret', '../project/hot.hot', '/etc/passwd'])(
    'do not include %s',
    async (path) => {
      expect(await errorOf(place, `::hot::resource/load("${path}")`)).toContain(
        `resource not found: '${path}'`,
      );
    },
  );
});
