/** The folders of examples/ are whole projects: what their READMEs say of the command line is true. */
import { readdirSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCommand } from '../commands/build.command';
import { checkCommand } from '../commands/check.command';
import { fmtCommand } from '../commands/fmt.command';
import { testCommand } from '../commands/test.command';
import { Workspace } from '../testing/workspace';

const EXAMPLES = join(__dirname, '../../../../examples');
const NAMES = readdirSync(EXAMPLES);

describe.each(NAMES)('the example %s', (name) => {
  let place: Workspace;
  // A copy: commands leave their data beside the sources.
  beforeEach(async () => {
    place = await Workspace.make(name);
    await cp(join(EXAMPLES, name), place.folder, {
      recursive: true,
      filter: (path) => !path.endsWith('/.hot'),
    });
  });
  afterEach(() => place.remove());

  it('compiles, without a warning', async () => {
    const code = await place.call(checkCommand, '--with-tests', '--check.deny-warnings');
    expect([code, place.err]).toEqual([0, expect.stringContaining('no errors')]);
  });

  it('passes its tests, and has some', async () => {
    const code = await place.call(testCommand);
    expect(place.out).toMatch(/\n[1-9]\d* passed;/);
    expect(code).toBe(0);
  });

  it('is laid out as hot fmt does it', async () => {
    const code = await place.call(fmtCommand, '--check');
    expect([code, place.out]).toEqual([0, '']);
  });

  it('can be built', async () => {
    expect(await place.call(buildCommand, '--build.dir', 'out')).toBe(0);
    expect(readdirSync(join(place.folder, 'out'))).not.toEqual([]);
  });

  it('has a README that names each of its files', async () => {
    const text = await readFile(join(EXAMPLES, name, 'README.md'), 'utf8');
    const sources = readdirSync(join(EXAMPLES, name, 'hot/src'), { recursive: true, encoding: 'utf8' });
    for (const file of sources.filter((each) => each.endsWith('.hot')))
      expect(text).toContain(`hot/src/${file}`);
  });
});

it('there are examples of handlers, of webhooks and tools, of data, and of an agent', () => {
  expect(NAMES.sort()).toEqual(['orders', 'pipeline', 'support-agent', 'webhook-integration']);
});
