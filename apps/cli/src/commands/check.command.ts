import { resolve } from 'node:path';
import {
  compileProject,
  diagnosticToJson,
  extractDefinitions,
  renderPretty,
  renderSimple,
  type Diagnostic,
  type Program,
  type ProgramSource,
} from '@app/lang';
import { projectSources, readPath, testSources } from '../local/local-sources';
import { CHECK_FORMATS } from '../project/config';
import { selectProject, type SelectedProject } from '../project/select-project';
import { CommandError, UsageError } from '../usage-error';
import type { Command, Flags, Output } from './command';
import { PROJECT_OPTIONS } from './project-options';

export const checkCommand: Command = {
  name: 'check',
  summary: 'compile the sources and show what is wrong',
  usage:
    'hot check [FILE or FOLDER] [-p PROJECT] [--with-tests] [--check.format pretty|simple|json|json-min] [--check.deny-warnings]',
  options: {
    ...PROJECT_OPTIONS,
    'with-tests': { type: 'boolean' },
    'check.format': { type: 'string' },
    'check.deny-warnings': { type: 'boolean' },
  },
  async run({ cwd, positionals, flags, env, out }) {
    const project = await selectProject(cwd, flags, env);
    const settings = settingsOf(project, flags);
    const [path] = positionals;
    const sources = await sourcesOf(cwd, project, settings.withTests, path);
    const { program, diagnostics } = compileProject(sources);
    const found = program.ok ? [...diagnostics, ...extractDefinitions(program).diagnostics] : diagnostics;
    show(program, found, settings.format, out);
    const errors = found.filter(({ severity }) => severity === 'error').length;
    const warnings = found.length - errors;
    if (settings.format === 'pretty') {
      const problems = `${counted(errors, 'error')}${warnings > 0 ? `, ${counted(warnings, 'warning')}` : ''}`;
      out.note(
        `${project.name}: ${counted(sources.length, 'file')}, ${errors === 0 && warnings === 0 ? 'no errors' : problems}`,
      );
    }
    return errors > 0 || (settings.denyWarnings && warnings > 0) ? 1 : 0;
  },
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

type Format = (typeof CHECK_FORMATS)[number];

interface Settings {
  readonly format: Format;
  readonly withTests: boolean;
  readonly denyWarnings: boolean;
}

function settingsOf({ config }: SelectedProject, flags: Flags): Settings {
  const wanted = flags.text('check.format') ?? config.check?.format ?? 'pretty';
  const format = CHECK_FORMATS.find((known) => known === wanted);
  if (format === undefined) {
    throw new UsageError(`--check.format is ${CHECK_FORMATS.join(', ')}; not "${wanted}"`);
  }
  return {
    format,
    withTests: flags.on('with-tests') || config.check?.['with-tests'] === true,
    denyWarnings: flags.on('check.deny-warnings') || config.check?.['deny-warnings'] === true,
  };
}

/** A path beside the project's own joins it: it may use the project, and is checked with it. */
async function sourcesOf(
  cwd: string,
  project: SelectedProject,
  withTests: boolean,
  path: string | undefined,
): Promise<readonly ProgramSource[]> {
  const own = [
    ...(await projectSources(cwd, project)),
    ...(withTests ? await testSources(cwd, project) : []),
  ];
  const known = new Set(own.map(({ file }) => file));
  const named = path === undefined ? [] : await readPath(cwd, resolve(cwd, path), project);
  if (path !== undefined && named.length === 0) throw new UsageError(`There are no .hot files in ${path}`);
  const all = [...own, ...named.filter(({ file }) => !known.has(file))];
  if (all.length > 0) return all;
  throw new CommandError(
    `No .hot files in ${project.sourceRoots.join(', ')}: is this the folder of ${project.name}?`,
  );
}

function show(program: Program, found: readonly Diagnostic[], format: Format, out: Output): void {
  const sorted = [...found].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  switch (format) {
    case 'json':
      return out.print(
        JSON.stringify(
          sorted.map((each) => diagnosticToJson(program.files, each)),
          null,
          2,
        ),
      );
    case 'json-min':
      return out.print(JSON.stringify(sorted.map((each) => diagnosticToJson(program.files, each))));
    case 'simple':
      for (const each of sorted) out.print(renderSimple(program.files, each));
      return;
    case 'pretty':
      for (const each of sorted) out.print(`${renderPretty(program.files, each, out.isTerminal)}\n`);
  }
}
