import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { scriptNeeds, singleControl, SNIPPET_VALUE, type ProgramSource } from '@app/lang';
import { compileLocal } from '../local/compile-local';
import { LocalRuns, saying } from '../local/local-runs';
import { localSettings } from '../local/local-settings';
import { contextCheck, contextSources, projectSources } from '../local/local-sources';
import { LocalIdentity, type LocalRunType } from '../local/run-info';
import { showOutcome } from '../local/show-outcome';
import { selectProject } from '../project/select-project';
import { UsageError } from '../usage-error';
import type { Command, CommandInput } from './command';
import { RUN_OPTIONS } from './project-options';
import { valueFormat } from './value-format';

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder: hot run takes one file',
  EACCES: 'may not be read',
};

export const runCommand: Command = {
  name: 'run',
  summary: 'run a file with the sources of the project, and print its last value',
  usage: 'hot run FILE [-p PROJECT] [--ctx FILE] [--value.format hot|json] [--quiet]',
  options: RUN_OPTIONS,
  async run(input) {
    const [file] = input.positionals;
    if (file === undefined) throw new UsageError('hot run needs a file: hot run FILE');
    const path = resolve(input.cwd, file);
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      const why = WHY[(cause as NodeJS.ErrnoException).code ?? ''] ?? "can't be read";
      throw new UsageError(`${file} ${why}`, { cause });
    });
    return evaluateHere(input, 'run', { name: relative(input.cwd, path), text, path });
  },
};

export const evalCommand: Command = {
  name: 'eval',
  summary: 'evaluate code with the sources of the project, and print its value',
  usage: 'hot eval CODE [-p PROJECT] [--ctx FILE] [--value.format hot|json] [--quiet]',
  options: RUN_OPTIONS,
  async run(input) {
    const [code] = input.positionals;
    if (code === undefined) throw new UsageError("hot eval needs code: hot eval 'add(1, 2)'");
    return evaluateHere(input, 'eval', { name: 'eval', text: code, path: null });
  },
};

interface Script {
  readonly name: string;
  readonly text: string;
  /** On disk; a file of the project is not loaded twice. */
  readonly path: string | null;
}

/** @returns the exit code */
export async function evaluateHere(
  { cwd, flags, env, out }: Pick<CommandInput, 'cwd' | 'flags' | 'env' | 'out'>,
  type: LocalRunType,
  script: Script,
): Promise<number> {
  const project = await selectProject(cwd, flags, env);
  const format = valueFormat(flags, project);
  const context: readonly ProgramSource[] = await contextSources(cwd, flags.texts('ctx'));
  const sources: readonly ProgramSource[] = [
    ...(await projectSources(cwd, project)).filter(({ file }) => file !== script.path),
    { name: script.name, text: script.text, origin: 'snippet' },
  ];
  // What is evaluated may define names anew.
  let compiled = compileLocal([...context, ...sources], 'shadow', out);
  const needs = scriptNeeds(compiled.program);
  // What the context files set is known when they have run, so the program itself looks.
  if (needs.length > 0)
    compiled = compileLocal([...context, contextCheck(needs), ...sources], 'shadow', {
      isTerminal: out.isTerminal,
      note: () => undefined,
    });
  const { loaded, hash } = compiled;
  const runs = new LocalRuns({
    type,
    settings: localSettings(cwd, project, true),
    identity: new LocalIdentity(project.name, env),
    write: (stream, written) => out.write(stream, written),
    tell: flags.on('quiet') ? () => undefined : saying((line) => out.note(line)),
    runTask: (...task) => loaded.run(...task),
    buildHash: () => hash,
  });
  const outcome = await loaded
    .run(runs.request(SNIPPET_VALUE), runs.host, singleControl())
    .finally(() => runs.close());
  return runs.host.exitCode ?? showOutcome(outcome, format, out);
}
