import { connect } from '../api/connect';
import type { Command } from './command';
import { PROJECT_OPTIONS } from './project-options';
import { selectProject } from '../project/select-project';
import { table } from './table';

export const buildsCommand: Command = {
  name: 'builds',
  summary: 'list the builds of a project on the platform',
  usage: 'hot builds [-p PROJECT] [--limit N] [--offset N]',
  options: { ...PROJECT_OPTIONS, limit: { type: 'string' }, offset: { type: 'string' } },
  async run({ cwd, flags, env, out }) {
    const project = await selectProject(cwd, flags, env);
    const api = connect(project.config, env);
    const { data } = await api.listBuilds(project.name, flags.count('limit', 20), flags.count('offset', 0));
    if (data.length === 0) {
      out.note(`No builds of ${project.name} yet: hot deploy makes the first.`);
      return 0;
    }
    const rows = data.map((build) => [
      build.build_id,
      build.deployed ? 'deployed' : '',
      build.runtime_status,
      build.hash.slice(0, 12),
      `${build.size}`,
      build.created_at,
    ]);
    out.print(table(['BUILD', '', 'STATUS', 'HASH', 'BYTES', 'CREATED'], rows));
    return 0;
  },
};
