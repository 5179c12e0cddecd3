import { cp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testCommand } from '../commands/test.command';
import { Workspace } from '../testing/workspace';

interface Effect {
  readonly kind: string;
  readonly name: string;
  readonly data: unknown;
}
interface Report {
  readonly passed: boolean;
  readonly tests: { readonly passed: number };
  readonly results: readonly { readonly name: string; readonly effects: readonly Effect[] }[];
}

const leftovers = async (): Promise<readonly string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`hot-files-${process.pid}-`));

describe('a project that reaches for everything', () => {
  let place: Workspace;
  beforeEach(async () => {
    place = await Workspace.make('project');
    await cp(join(__dirname, '../testing/reaching'), place.folder, { recursive: true });
  });
  afterEach(() => place.remove());

  it('passes its tests again and again, and leaves nothing behind', async () => {
    const before = await leftovers();
    for (let times = 0; times < 2; times++) {
      place.out = '';
      expect(await place.call(testCommand)).toBe(0);
      expect(place.out).toContain('8 passed;');
      expect(place.err).toBe('');
    }
    expect(await readdir(place.folder)).toEqual(['hot', 'hot.hot']);
    expect((await leftovers()).filter((name) => !before.includes(name))).toEqual([]);
  });

  it('tells of each test what it meant for others', async () => {
    expect(await place.call(testCommand, '--json')).toBe(0);
    const { results, tests } = JSON.parse(place.out) as Report;
    expect(tests.passed).toBe(8);
    const effects = (name: string): readonly Effect[] =>
      results.find((one) => one.name === `::orders::tests/${name}`)?.effects ?? [];
    expect(effects('files')).toEqual([{ kind: 'event', name: 'order:placed', data: { id: 1 } }]);
    expect(effects('begins-with-nothing')).toEqual([]);
    expect(effects('tasks')).toEqual(
      expect.arrayContaining([{ kind: 'stream', name: 'summed', data: { total: 1.5 } }]),
    );
    expect(effects('others').map(({ kind, name }) => [kind, name])).toEqual([
      ['alert', 'ops'],
      ['schedule', '::orders/refuse'],
      ['schedule', '::orders/refuse'],
    ]);
  });

  it('shows with a test that failed what it had sent by then', async () => {
    await place.put(
      'hot/test/more.hot',
      '::more ns\nt meta ["test"] fn () { send("order:placed", {id: 1}) assert-eq(1, 2) }',
    );
    expect(await place.call(testCommand, '::more')).toBe(1);
    expect(place.out).toContain(
      'expected 1, got 2  hot/test/more.hot:2:55\n    [event] order:placed {"id":1}\n',
    );
  });
});
