import { commandOverview, commands, commandSections, projectOptions, runOptions } from './commands';
import { documentOf } from './document';

describe('docs/cli.md', () => {
  it('describes the commands as they are defined; after a change there: UPDATE_DOCS=1', async () => {
    const { actual, expected } = await documentOf('docs/cli.md', {
      overview: commandOverview(),
      'project options': projectOptions(),
      'run options': runOptions(),
      commands: commandSections(),
    });
    expect(actual).toBe(expected);
  });

  it('finds the commands that the entry point knows', () => {
    const names = commands().map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['build', 'check', 'deploy', 'version']));
    expect(new Set(names).size).toBe(names.length);
  });
});
