import { text as readAll } from 'node:stream/consumers';
import type { ApiClient, ContextRow } from '../api/client';
import { connect } from '../api/connect';
import { checkProject } from '../project/make-bundle';
import { selectProject, type SelectedProject } from '../project/select-project';
import { CommandError, UsageError } from '../usage-error';
import type { Command, Output } from './command';
import { PROJECT_OPTIONS } from './project-options';
import { table } from './table';

const USAGE = `hot context list|required [-p PROJECT]
hot context get|delete KEY [-p PROJECT]
hot context set KEY [VALUE] [-d DESCRIPTION] [-p PROJECT]

Without VALUE it is read from standard input, where no shell remembers it. Values are never shown again.`;

const PAGE = 500;

export const contextCommand: Command = {
  name: 'context',
  summary: "list, set and delete a project's context variables; which ones its code requires",
  usage: USAGE,
  options: { ...PROJECT_OPTIONS, description: { type: 'string', short: 'd' } },
  async run({ cwd, positionals: [verb, key, value], flags, env, out }) {
    const project = await selectProject(cwd, flags, env);
    const api = connect(project.config, env);
    switch (verb) {
      case 'list':
        return showList(await allOf(api, project.name), project.name, out);
      case 'required':
        return showRequired(project, await allOf(api, project.name), out);
      case 'get':
        return showOne(await allOf(api, project.name), named(key), out);
      case 'delete':
        await api.deleteContext(project.name, named(key));
        out.note(`${named(key)} is deleted; runs that start from now on do not see it`);
        return 0;
      case 'set':
        return set(
          api,
          project.name,
          named(key),
          value ?? (await fromInput()),
          flags.text('description'),
          out,
        );
      default:
        throw new UsageError(USAGE);
    }
  },
};

/** The same under its short name. */
export const ctxCommand: Command = { ...contextCommand, name: 'ctx', summary: 'the same as hot context' };

async function set(
  api: ApiClient,
  project: string,
  key: string,
  value: string,
  description: string | undefined,
  out: Output,
): Promise<number> {
  const known = (await allOf(api, project)).find((row) => row.key === key);
  // Replacing is of the whole: what is not said again would be gone.
  const text = description ?? known?.description ?? null;
  if (known === undefined) await api.createContext(project, { key, value, description: text });
  else await api.replaceContext(project, key, { value, description: text });
  out.note(`${key} is ${known === undefined ? 'set' : 'changed'}; runs that start from now on see it`);
  return 0;
}

function showList(rows: readonly ContextRow[], project: string, out: Output): number {
  if (rows.length === 0) out.note(`${project} has no context variables: hot context set KEY makes one`);
  else {
    const cells = rows.map((row) => [row.key, row.description ?? '', row.updated_at]);
    out.print(table(['KEY', 'DESCRIPTION', 'CHANGED'], cells));
  }
  return 0;
}

function showOne(rows: readonly ContextRow[], key: string, out: Output): number {
  const row = rows.find((one) => one.key === key);
  if (row === undefined) throw new CommandError(`There is no context variable ${key}`);
  const facts = [
    ['key', row.key],
    ['description', row.description ?? ''],
    ['created', row.created_at],
    ['changed', row.updated_at],
  ];
  out.print(facts.map(([name = '', fact = '']) => `${name.padEnd(13)}${fact}`.trimEnd()).join('\n'));
  out.note('Its value is never given out: running code is its only reader.');
  return 0;
}

/** Exit code 1 while any is missing, for scripts. */
async function showRequired(
  project: SelectedProject,
  rows: readonly ContextRow[],
  out: Output,
): Promise<number> {
  const { definitions } = await checkProject(project, out);
  const needs = definitions.ctx.filter((need) => need.required);
  if (needs.length === 0) {
    out.note(`${project.name} requires no context variables`);
    return 0;
  }
  const set = new Set(rows.map((row) => row.key));
  const cells = needs.map((need) => [need.key, set.has(need.key) ? 'set' : 'not set here', need.declaredBy]);
  out.print(table(['KEY', 'STATE', 'REQUIRED BY'], cells));
  return needs.every((need) => set.has(need.key)) ? 0 : 1;
}

async function allOf(api: ApiClient, project: string): Promise<readonly ContextRow[]> {
  const rows: ContextRow[] = [];
  for (;;) {
    const { data, pagination } = await api.listContext(project, PAGE, rows.length);
    rows.push(...data);
    if (data.length === 0 || rows.length >= (pagination?.total ?? 0)) return rows;
  }
}

function named(key: string | undefined): string {
  if (key === undefined || key === '') throw new UsageError(`Which variable?\n\n${USAGE}`);
  return key;
}

async function fromInput(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Value, then Ctrl-D: ');
  // What a here-string, an echo and a person add at the end is no part of the value.
  return (await readAll(process.stdin)).replace(/\r?\n$/, '');
}
