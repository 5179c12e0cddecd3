/** The language and its library as programs in Hot show them: `libs/lang/suite`, run by our own `hot test`. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Workspace } from '../testing/workspace';
import { complaint, declaredTests, runHotTests, type HotTestResult } from '../testing/hot-tests';

const SUITE = join(__dirname, '../../../../libs/lang/suite');
const DECLARED = declaredTests(join(SUITE, 'hot/test'));

describe('the suite in Hot', () => {
  let results = new Map<string, HotTestResult>();
  beforeAll(async () => {
    const place = await Workspace.make('suite');
    try {
      for (const part of ['hot.hot', 'hot'])
        await cp(join(SUITE, part), join(place.folder, part), { recursive: true });
      results = new Map((await runHotTests(place)).map((result) => [result.name, result]));
    } finally {
      await place.remove();
    }
  }, 120_000);

  describe.each(DECLARED.filter(({ names }) => names.length > 0))('$file', ({ names }) => {
    it.each(names)('%s', (name) => {
      expect(complaint(results.get(name))).toBe('');
    });
  });

  it('runs what its files declare, all of it and nothing else', () => {
    const declared = DECLARED.flatMap(({ names }) => names);
    expect(declared.length).toBeGreaterThan(2_200);
    expect([...results.keys()].sort()).toEqual(declared.sort());
  });
});
