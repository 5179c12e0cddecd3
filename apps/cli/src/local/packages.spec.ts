import { ZipReader } from '@app/bundle';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCommand } from '../commands/build.command';
import { checkCommand } from '../commands/check.command';
import { evalCommand } from '../commands/run.command';
import { Workspace } from '../testing/workspace';

const CONF = `::hot::conf ns
hot.set.project "shop"
hot.project.shop.deps {"acme/money": {"local": "../money"}}
`;
const MONEY = `::hot::pkg ns
hot.pkg.money { name: "acme/money", version: "1.0.0", deps: {"acme/round": {"local": "../round"}}, src-paths: ["src/"] }
`;

describe('packages', () => {
  let place: Workspace;
  beforeEach(async () => {
    place = await Workspace.make('project');
    await place.put('hot.hot', CONF);
    await place.put('hot/src/shop.hot', '::shop ns\nprice fn (n) { ::money/euros(n) }');
    await place.put('../money/pkg.hot', MONEY);
    await place.put(
      '../money/src/money.hot',
      '::money ns\neuros fn (n) { concat(::round/whole(n), " EUR") }',
    );
    await place.put(
      '../round/pkg.hot',
      '::hot::pkg ns\nhot.pkg.round { name: "acme/round", version: "1.0.0" }',
    );
    await place.put('../round/src/round.hot', '::round ns\nwhole fn (n) { round(n) }');
  });
  afterEach(() => place.remove());

  it('are there for the code of the project, and those they need with them', async () => {
    expect(await place.call(evalCommand, '::shop/price(2.6)')).toBe(0);
    expect(place.out).toBe('"3 EUR"\n');
  });

  it('travel in the bundle below their names', async () => {
    const build = await mkdtemp(join(tmpdir(), 'hot-bundle-'));
    expect(await place.call(buildCommand, '--build.dir', build)).toBe(0);
    const [name = ''] = await readdir(build);
    const zip = await ZipReader.open(join(build, name));
    try {
      expect(zip.entries.map((entry) => entry.path)).toEqual([
        'manifest.hot',
        'hot/pkg/acme/round/src/round.hot',
        'hot/pkg/acme/money/src/money.hot',
        'hot/src/shop.hot',
      ]);
    } finally {
      await zip.close();
      await rm(build, { recursive: true });
    }
  });

  it('are chosen by the project where a package asks for another one', async () => {
    await place.put(
      'hot.hot',
      `${CONF}hot.project.shop.deps {"acme/money": {"local": "../money"}, "round": {"local": "../other"}}`,
    );
    await place.put('../other/round.hot', '::round ns\nwhole fn (n) { 7 }');
    await place.call(evalCommand, '::shop/price(2.6)');
    expect(place.out).toBe('"7 EUR"\n');
  });

  it.each([
    [
      'a folder that is not there',
      { 'hot.hot': CONF.replace('../money', '../gone') },
      "Local dependency path does not exist: ../gone (for 'acme/money')",
    ],
    [
      'a package that nobody has',
      { 'hot.hot': CONF.replace('{"local": "../money"}', '"1.2.0"') },
      "Package 'acme/money' is not here",
    ],
    [
      'a circle',
      { '../round/pkg.hot': '::hot::pkg ns\nhot.pkg.round { deps: {"acme/money": {"local": "../money"}} }' },
      'Circular dependency detected involving: money, round',
    ],
    [
      'a package that needs a newer Hot',
      { '../round/pkg.hot': '::hot::pkg ns\nhot.pkg.round { hot-min-version: "99.0.0" }' },
      "Package 'acme/round' requires Hot 99.0.0",
    ],
    ['a description that is none', { '../round/pkg.hot': 'x 5' }, 'pkg.hot'],
  ])('are refused when there is %s', async (_, files, message) => {
    for (const [name, text] of Object.entries(files)) await place.put(name, text);
    expect(await place.call(checkCommand)).toContain(message);
  });
});

describe('hot check', () => {
  let place: Workspace;
  beforeEach(async () => {
    place = await Workspace.make('project');
    await place.put('hot/src/a.hot', '::a ns\nf fn () { 1 }');
  });
  afterEach(() => place.remove());

  it('says nothing on stdout of what is right', async () => {
    expect(await place.call(checkCommand)).toBe(0);
    expect([place.out, place.err]).toEqual(['', 'project: 1 file, no errors\n']);
  });

  it.each([
    ['pretty', /error\[unresolved-variable\].*\n --> hot\/src\/b\.hot:2:11/],
    ['simple', /^hot\/src\/b\.hot:2:11: Variable 'nope' cannot be resolved/],
    ['json-min', /^\[\{"file":"hot\/src\/b\.hot","range":\{"start":\{"line":1,"character":10\}/],
  ])('shows errors in the format %s', async (format, shown) => {
    await place.put('hot/src/b.hot', '::b ns\nf fn () { nope }');
    expect(await place.call(checkCommand, '--check.format', format)).toBe(1);
    expect(place.out).toMatch(shown);
  });

  it('takes the format from hot.hot', async () => {
    await place.put('hot.hot', '::hot::conf ns\nhot.check.format "json"');
    await place.call(checkCommand);
    expect(JSON.parse(place.out)).toEqual([]);
  });

  it('checks tests when asked, and a file beside the project with it', async () => {
    await place.put('hot/test/t.hot', '::t ns\nt fn () { nope }');
    expect(await place.call(checkCommand)).toBe(0);
    expect(await place.call(checkCommand, '--with-tests')).toBe(1);
    await place.put('more.hot', '::more ns\nf fn () { ::a/f() }');
    expect(await place.call(checkCommand, 'more.hot')).toBe(0);
    expect(await place.call(checkCommand, 'nowhere')).toBe('There are no .hot files in nowhere');
  });

  it('refuses to run with a Hot older than hot.hot wants', async () => {
    await place.put('hot.hot', '::hot::conf ns\nhot.min-version "99.0.0"');
    expect(await place.call(checkCommand)).toContain('hot.hot requires Hot 99.0.0');
  });
});
