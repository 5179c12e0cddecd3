import { connect } from '../api/connect';
import { readConfig } from '../project/config';
import { UsageError } from '../usage-error';
import type { Command } from './command';
import { PROJECT_OPTIONS } from './project-options';
import { table } from './table';

export const projectsCommand: Command = {
  name: 'projects',
  summary: 'list the projects of the environment',
  usage: 'hot projects [--limit N] [--offset N]',
  options: { ...PROJECT_OPTIONS, limit: { type: 'string' }, offset: { type: 'string' } },
  async run({ cwd, flags, env, out }) {
    const config = await readConfig(cwd, flags.texts('conf'), env);
    const { data } = await connect(config, env).listProjects(
      flags.count('limit', 20),
      flags.count('offset', 0),
    );
    if (data.length === 0) out.note('No projects yet: hot deploy creates the first.');
    else {
      const rows = data.map((row) => [
        row.name,
        row.active ? 'active' : 'inactive',
        row.project_id,
        row.created_at,
      ]);
      out.print(table(['PROJECT', 'STATE', 'ID', 'CREATED'], rows));
    }
    return 0;
  },
};

export const projectCommand: Command = {
  name: 'project',
  summary: 'activate or deactivate a project',
  usage: 'hot project activate|deactivate NAME',
  options: PROJECT_OPTIONS,
  async run({ cwd, positionals, flags, env, out }) {
    const [verb, name] = positionals;
    if ((verb !== 'activate' && verb !== 'deactivate') || name === undefined) {
      throw new UsageError('Say which: hot project activate NAME, or hot project deactivate NAME');
    }
    const config = await readConfig(cwd, flags.texts('conf'), env);
    await connect(config, env).switchProject(name, verb);
    out.print(`${name} is ${verb === 'activate' ? 'active' : 'inactive'}`);
    return 0;
  },
};
