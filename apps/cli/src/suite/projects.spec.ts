/** Further projects in Hot: those that `hot test` runs, and those that `hot check` refuses. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checkCommand } from '../commands/check.command';
import { Workspace } from '../testing/workspace';
import { complaint, declaredTests, runHotTests } from '../testing/hot-tests';

const SUITE = join(__dirname, '../../../../libs/lang/suite');

async function within<T>(work: (place: Workspace) => Promise<T>): Promise<T> {
  const place = await Workspace.make('project');
  try {
    return await work(place);
  } finally {
    await place.remove();
  }
}

/** The project of the folder, and the folder beside `project` whose tests it is about. */
const PROJECTS = [
  { name: 'packages by path', folder: 'packages', main: 'app', tests: 'hot/test' },
  { name: 'a context file', folder: 'context', main: '.', tests: 'hot/test' },
  { name: 'folders of its own', folder: 'paths', main: '.', tests: 'checks' },
];

describe.each(PROJECTS)('a project with $name', ({ folder, main, tests }) => {
  it('passes its tests, all that its files declare', async () => {
    const source = join(SUITE, 'projects', folder);
    const results = await within(async (place) => {
      if (main === '.') await cp(source, place.folder, { recursive: true });
      else {
        await cp(source, join(place.folder, '..'), { recursive: true });
        await cp(join(source, main), place.folder, { recursive: true });
      }
      return runHotTests(place);
    });
    expect(results.map((result) => complaint(result)).filter((text) => text !== '')).toEqual([]);
    const declared = declaredTests(join(source, main, tests)).flatMap(({ names }) => names);
    expect(declared.length).toBeGreaterThan(0);
    expect(results.map(({ name }) => name).sort()).toEqual([...declared].sort());
  });
});

it('every folder of projects is run', () => {
  expect(readdirSync(join(SUITE, 'projects')).sort()).toEqual(PROJECTS.map(({ folder }) => folder).sort());
});

const foundSchema = z.array(z.object({ severity: z.number(), code: z.string(), message: z.string() }));

const HEAD = /^\/\/ refused: (?<code>[a-z-]*): (?<text>.*)$/mu;

/** Of the file, or of the first file in the folder. */
function expectation(path: string): { readonly code: string; readonly text: string } {
  const file = statSync(path).isDirectory() ? join(path, readdirSync(path).sort()[0] ?? '') : path;
  const groups = HEAD.exec(readFileSync(file, 'utf8'))?.groups;
  if (groups === undefined) throw new Error(`${file} does not say how it is refused`);
  return { code: groups['code'] ?? '', text: groups['text'] ?? '' };
}

describe('hot check refuses', () => {
  it.each(readdirSync(join(SUITE, 'refused')).sort())('%s', async (name) => {
    const path = join(SUITE, 'refused', name);
    const { code, text } = expectation(path);
    const found = await within(async (place) => {
      await cp(path, join(place.folder, 'hot/src', name), { recursive: true });
      const exit = await place.call(checkCommand, '--check.format', 'json-min');
      expect([exit, place.err]).toEqual([1, expect.any(String)]);
      return foundSchema.parse(JSON.parse(place.out));
    });
    const [first] = found.filter(({ severity }) => severity === 1);
    expect(first?.message).toContain(text);
    if (code !== '') expect(first?.code).toBe(code);
  });
});
