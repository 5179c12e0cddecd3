/** The commands of the command line, from their definitions. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable, root } from './document';
import type { Command } from '../../apps/cli/src/commands/command';
import { optionHelp } from '../../apps/cli/src/commands/option-help';
import { PROJECT_OPTIONS, RUN_OPTIONS } from '../../apps/cli/src/commands/project-options';

const CLI = 'apps/cli/src';

/** Every command that the entry point knows, by name. */
export function commands(): readonly Command[] {
  const files = readdirSync(join(root, CLI), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.spec\.ts$/.test(file),
  );
  const texts = new Map(files.map((file) => [file, readFileSync(join(root, CLI, file), 'utf8')]));
  const found: Command[] = [];
  for (const file of files.filter((each) => each.endsWith('.command.ts'))) {
    const exported = jest.requireActual<Readonly<Record<string, unknown>>>(`../../${CLI}/${file}`);
    for (const [name, value] of Object.entries(exported)) {
      if (!isCommand(value)) continue;
      const isUsed = [...texts].some(
        ([other, text]) => other !== file && new RegExp(`\\b${name}\\b`).test(text),
      );
      if (isUsed) found.push(value);
    }
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export function commandSections(): string {
  return commands()
    .map((command) => {
      const head = `### hot ${command.name}\n\n\`\`\`\n${command.usage}\n\`\`\`\n\n${sentence(command.summary)}`;
      const groups = GROUPS.filter(({ options }) =>
        Object.keys(options).every((name) => name in command.options),
      );
      const shared = new Set(groups.flatMap(({ options }) => Object.keys(options)));
      const own = Object.keys(command.options).filter((name) => !shared.has(name));
      const links = groups.map(({ title, anchor }) => `[options of ${title}](#${anchor})`).join(' and ');
      const also = groups.length === 0 ? '' : `\n\nAlso the ${links}.`;
      return own.length === 0 ? `${head}${also}` : `${head}\n\n${optionTable(command, own)}${also}`;
    })
    .join('\n\n');
}

/** Options that commands share are described once. */
const isOfProject = (name: string): boolean => name in PROJECT_OPTIONS;
const RUN_ONLY = Object.fromEntries(Object.entries(RUN_OPTIONS).filter(([name]) => !isOfProject(name)));
const GROUPS = [
  { title: 'a project', anchor: 'options-of-a-project', options: PROJECT_OPTIONS },
  { title: 'code that runs here', anchor: 'options-of-code-that-runs-here', options: RUN_ONLY },
] as const;

export const projectOptions = (): string =>
  optionTable({ name: '', options: PROJECT_OPTIONS }, Object.keys(PROJECT_OPTIONS));

export const runOptions = (): string => optionTable({ name: '', options: RUN_ONLY }, Object.keys(RUN_ONLY));

function optionTable(command: Pick<Command, 'name' | 'options'>, names: readonly string[]): string {
  const rows = names.map((name) => {
    const option = command.options[name];
    const value = option?.type === 'string' ? ' VALUE' : '';
    const short = option?.short === undefined ? '' : `, \`-${option.short}\``;
    return [`\`--${name}${value}\`${short}`, optionHelp(command.name, name)];
  });
  return markdownTable(['Option', 'What'], rows);
}

export function commandOverview(): string {
  const rows = commands().map(({ name, summary }) => [`[\`hot ${name}\`](#hot-${name})`, summary]);
  return markdownTable(['Command', 'What'], rows);
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

function isCommand(value: unknown): value is Command {
  if (typeof value !== 'object' || value === null) return false;
  return ['name', 'summary', 'usage', 'options', 'run'].every((member) => member in value);
}
