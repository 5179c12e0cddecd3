import type { ApiClient, BuildRow } from '../api/client';
import { connect } from '../api/connect';
import { CommandError, UsageError } from '../usage-error';
import type { Command, Output } from './command';
import { PROJECT_OPTIONS, projectName } from './project-options';

const WAIT_MS = 60_000;
const POLL_MS = 150;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

export const deployCommand: Command = {
  name: 'deploy',
  summary: 'deploy an uploaded build',
  usage: 'hot deploy BUILD_ID -p PROJECT [--no-wait]',
  options: {
    ...PROJECT_OPTIONS,
    'no-wait': { type: 'boolean' },
  },
  async run({ positionals, flags, env, out }) {
    const [buildId] = positionals;
    if (buildId === undefined || !UUID.test(buildId)) {
      throw new UsageError('Say which build: hot deploy BUILD_ID -p PROJECT; hot builds lists them');
    }
    const project = projectName(flags, env);
    const api = connect(env);
    const build = await api.deployBuild(project, buildId);
    if (build.runtime_warning !== null) out.note(`Warning: ${build.runtime_warning.message}`);
    out.note(`Deploying ${buildId} of ${project} …`);
    const final = flags.on('no-wait') ? build : await waitUntilLoaded(api, project, build);
    return report(final, project, out);
  },
};

async function waitUntilLoaded(api: ApiClient, project: string, build: BuildRow): Promise<BuildRow> {
  const giveUpAt = performance.now() + WAIT_MS;
  let now = build;
  while (now.runtime_status === 'pending' || now.runtime_status === 'loading') {
    if (performance.now() > giveUpAt) {
      throw new CommandError(
        `Build ${build.build_id} is still ${now.runtime_status} after ${WAIT_MS / 1000} s: is a worker running?`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    now = await api.getBuild(project, build.build_id);
  }
  return now;
}

function report(build: BuildRow, project: string, out: Output): number {
  if (build.runtime_status === 'failed') {
    throw new CommandError(
      `Build ${build.build_id} failed to load: ${build.runtime_error ?? 'no reason given'}\nThe build that served before still serves.`,
    );
  }
  if (build.runtime_status === 'superseded') {
    throw new CommandError(`Build ${build.build_id} was overtaken by a newer deployment of ${project}`);
  }
  out.print(
    `${project} ${build.runtime_status === 'ready' ? 'is served by' : 'will be served by'} build ${build.build_id}`,
  );
  return 0;
}
