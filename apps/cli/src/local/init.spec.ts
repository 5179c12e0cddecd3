import { buildCommand } from '../commands/build.command';
import { checkCommand } from '../commands/check.command';
import { fmtCommand } from '../commands/fmt.command';
import { initCommand } from '../commands/init.command';
import { testCommand } from '../commands/test.command';
import { Workspace } from '../testing/workspace';

describe('hot init', () => {
  let place: Workspace;
  beforeEach(async () => {
    place = await Workspace.make('shop');
  });
  afterEach(() => place.remove());

  it('begins a project that checks, tests, is laid out and builds', async () => {
    expect(await place.call(initCommand)).toBe(0);
    expect(await place.call(checkCommand, '--with-tests', '--check.deny-warnings')).toBe(0);
    expect(await place.call(testCommand)).toBe(0);
    expect(place.out).toContain('2 passed');
    expect(await place.call(fmtCommand, '--check')).toBe(0);
    expect(await place.call(buildCommand)).toBe(0);
  });

  it('changes nothing that is there, and says so', async () => {
    await place.put('hot.hot', 'mine');
    await place.put('.gitignore', 'dist/\n.env');
    await place.call(initCommand);
    expect(await place.read('hot.hot')).toBe('mine');
    expect(await place.read('.gitignore')).toBe('dist/\n.env\n.hot/\nhot/ctx.hot\n');
    expect(place.err).toContain('kept  hot.hot');
    await place.call(initCommand);
    expect(await place.read('.gitignore')).toBe('dist/\n.env\n.hot/\nhot/ctx.hot\n');
    expect(place.out).toContain('shop was there already');
  });

  it('makes the folder that is named', async () => {
    expect(await place.call(initCommand, 'parts/engine')).toBe(0);
    expect(await place.read('parts/engine/hot/src/engine/hi.hot')).toContain('::engine::hi ns');
    expect(place.out).toContain('Next: cd parts/engine && hot test');
  });

  it('refuses a folder whose name is no name of a project', async () => {
    expect(await place.call(initCommand, 'My Shop')).toContain('"My Shop" is no name');
  });
});
