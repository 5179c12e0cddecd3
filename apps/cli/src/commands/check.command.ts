import { checkProject } from '../project/make-bundle';
import { selectProject } from '../project/select-project';
import type { Command } from './command';
import { PROJECT_OPTIONS } from './project-options';

export const checkCommand: Command = {
  name: 'check',
  summary: 'compile the sources and show what is wrong',
  usage: 'hot check [-p PROJECT]',
  options: PROJECT_OPTIONS,
  async run({ cwd, flags, env, out }) {
    const project = await selectProject(cwd, flags, env);
    const { sources } = await checkProject(project, out);
    out.print(`${project.name}: ${sources.length} files, no errors`);
    return 0;
  },
};
