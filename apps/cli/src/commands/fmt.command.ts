import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { formatSource } from '@app/lang';
import { discover } from '../project/discover';
import { CommandError, UsageError } from '../usage-error';
import type { Command } from './command';

export const fmtCommand: Command = {
  name: 'fmt',
  summary: 'lay out sources the one way; only blanks and line breaks change',
  usage: 'hot fmt [FILE or FOLDER …] [--check]',
  options: { check: { type: 'boolean' }, 'no-gitignore': { type: 'boolean' } },
  async run({ cwd, positionals, flags, out }) {
    const paths = positionals.length > 0 ? positionals : ['.'];
    const options = { extension: '.hot', respectGitignore: !flags.on('no-gitignore'), excludes: [] };
    const found = await Promise.all(
      paths.map(async (path) => {
        const files = await discover(resolve(cwd, path), options);
        if (files.length === 0) throw new UsageError(`There are no .hot files in ${path}`);
        return files;
      }),
    );
    const files = [...new Set(found.flat().map(({ file }) => file))];
    const check = flags.on('check');
    const changed: string[] = [];
    const broken: string[] = [];
    for (const file of files) {
      const name = relative(cwd, file);
      const before = await readFile(file, 'utf8');
      const result = formatSource(before);
      if (result.kind === 'broken') broken.push(`${name}:${result.line}:${result.column}: ${result.message}`);
      else if (result.kind === 'refused') broken.push(`${name}: its meaning would change; left as it is`);
      else if (result.changed) {
        changed.push(name);
        if (!check) await replaceFile(file, result.text);
      }
    }
    for (const name of changed) out.print(check ? `${name} is not formatted` : `formatted ${name}`);
    for (const line of broken) out.note(line);
    const count = `${files.length} file${files.length === 1 ? '' : 's'}`;
    out.note(
      `${count}, ${changed.length} ${check ? 'to format' : 'changed'}, ${broken.length} not formatted`,
    );
    if (broken.length > 0) throw new CommandError('Some files could not be formatted');
    return check && changed.length > 0 ? 1 : 0;
  },
};

/** Whoever is killed meanwhile leaves the old file or the new one, never half of it. */
async function replaceFile(file: string, text: string): Promise<void> {
  const { mode } = await stat(file);
  const fresh = `${file}.${process.pid}.tmp`;
  await writeFile(fresh, text, { mode });
  await rename(fresh, file);
}
