import { documentOf, markdownTable, readDocument } from './document';
import { environmentReads, namesRead } from './environment-reads';
import { variablesOfProcesses } from './variables';

const FILE = 'docs/configuration.md';
const variables = variablesOfProcesses();

/** Only for developing screens, with a made-up server; nothing of the product reads them. */
const isMockServer = (file: string): boolean => file === 'apps/admin/testing/mock-server.mjs';
/** Stand-ins of the starter's own tests are told what to do by variables that nobody else sets. */
const isStandIn = (file: string): boolean => file.startsWith('tools/starter/') || file.startsWith('bench/');

/** The table of one slice, under its name. */
function variableTables(): string {
  // By name: the order in which modules happen to load must not be able to change the document.
  const slices = [...new Set(variables.map(({ slice }) => slice))].toSorted();
  return slices
    .map((slice) => {
      const rows = variables
        .filter((variable) => variable.slice === slice)
        .map(({ name, type, fallback, doc, processes }) => [
          `\`${name}\``,
          type,
          fallback,
          doc,
          processes.length === 3 ? 'all' : processes.join(', '),
        ]);
      return `### ${slice}\n\n${markdownTable(['Variable', 'Type', 'Default', 'Meaning', 'Loaded by'], rows)}`;
    })
    .join('\n\n');
}

/** What scripts, command line and tests read and the tables above do not name: so that nothing is left out. */
function furtherReads(): string {
  const [described = ''] = readDocument(FILE).split('<!-- generated: further -->');
  const rows = [...environmentReads()]
    .filter(([, files]) => !files.every((file) => isMockServer(file) || isStandIn(file)))
    .filter(([name]) => !described.includes(`\`${name}\``) && !variables.some((one) => one.name === name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, files]) => [
      `\`${name}\``,
      [...new Set(files)].map((file) => `[${file}](../${file})`).join(', '),
    ]);
  return rows.length === 0 ? 'None.' : markdownTable(['Variable', 'Read in'], rows);
}

describe('docs/configuration.md', () => {
  it('says what processes, scripts, command line and tests read; after a change: UPDATE_DOCS=1', async () => {
    const { actual, expected } = await documentOf(FILE, {
      variables: variableTables(),
      further: furtherReads(),
    });
    expect(actual).toBe(expected);
  });

  it('names no variable that nobody reads', () => {
    const read = new Set([...environmentReads().keys(), ...variables.map(({ name }) => name)]);
    const named = [...readDocument(FILE).matchAll(/^\| ((?:`[A-Z][A-Z0-9_]+`(?:, )?)+)/gm)].flatMap((row) =>
      [...(row[1] ?? '').matchAll(/`([A-Z0-9_]+)`/g)].map((name) => name[1] ?? ''),
    );
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((name) => !read.has(name))).toEqual([]);
  });

  it('finds the ways in which sources read a variable', () => {
    const source = `env.A_1; process.env?.B_1; env['C_1']; const { D_1, E_1: e, ...rest } = process.env; required("F_1")`;
    expect(namesRead(source).toSorted()).toEqual(['A_1', 'B_1', 'C_1', 'D_1', 'E_1', 'F_1']);
  });
});
