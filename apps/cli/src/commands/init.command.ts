import { access, appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { UsageError } from '../usage-error';
import type { Command } from './command';

const NAME = /^[a-z][a-z0-9-]*$/;
const IGNORED = ['.hot/', 'hot/ctx.hot', '.env'];

export const initCommand: Command = {
  name: 'init',
  summary: 'begin a project: configuration, a first handler with its test, what git ignores',
  usage: 'hot init [FOLDER]',
  options: {},
  async run({ cwd, positionals, out }) {
    const folder = resolve(cwd, positionals[0] ?? '.');
    const name = basename(folder).toLowerCase();
    if (!NAME.test(name)) {
      throw new UsageError(
        `A project is named like its folder, and "${basename(folder)}" is no name: letters, digits and hyphens, a letter first`,
      );
    }
    let made = 0;
    for (const [path, text] of Object.entries(filesOf(name))) {
      const isNew = await writeNew(join(folder, path), text);
      if (isNew) made += 1;
      out.note(`${isNew ? 'made ' : 'kept '} ${relative(cwd, join(folder, path))}`);
    }
    const added = await ignore(join(folder, '.gitignore'));
    if (added.length > 0)
      out.note(`added ${added.join(', ')} to ${relative(cwd, join(folder, '.gitignore'))}`);
    const there = folder === cwd ? '' : `cd ${relative(cwd, folder)} && `;
    out.print(made === 0 ? `${name} was there already` : `Next: ${there}hot test`);
    return 0;
  },
};

/** @returns whether the file was made; one that is there is left alone, whatever it holds */
async function writeNew(file: string, text: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    await access(file).catch(() => {
      throw error;
    });
    return false;
  }
}

/** @returns what was not in it yet */
async function ignore(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const known = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const missing = IGNORED.filter((line) => !known.has(line));
  if (missing.length === 0) return [];
  const break_ = text === '' || text.endsWith('\n') ? '' : '\n';
  await appendFile(file, `${break_}${missing.join('\n')}\n`);
  return missing;
}

const filesOf = (name: string): Readonly<Record<string, string>> => ({
  'hot.hot': `::hot::conf ns

hot.set.project "${name}"
hot.project.${name}.src.paths ["./hot/src"]
hot.project.${name}.test.paths ["./hot/test"]
`,
  '.env.example': `# Where \`hot deploy\` uploads to, and with which key. Copy to .env, which git ignores.
HOT_API_URL=http://localhost:4681
HOT_API_KEY=
`,
  [`hot/src/${name}/hi.hot`]: `::${name}::hi ns

// What the handler says; a function of its own, so that a test can call it.
greeting fn (name: Str): Str { \`Hello, \${name}!\` }

// Runs for every event of this type: hot deploy, then send one.
on-hi
meta {
    on-event: "${name}:hi",
    doc: "Greets whoever is named in the event."
}
fn (event) {
    text greeting(or(event.data.name, "world"))
    println(text)
    {text: text}
}
`,
  [`hot/test/${name}/hi.hot`]: `::${name}::hi-test ns

greets-by-name
meta ["test"]
fn () { assert-eq("Hello, Ada!", ::${name}::hi/greeting("Ada")) }

greets-the-world-when-nobody-is-named
meta ["test"]
fn () { assert-eq("Hello, world!", ::${name}::hi/on-hi({data: {}}).text) }
`,
});
