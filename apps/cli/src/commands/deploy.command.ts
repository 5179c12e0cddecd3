import { ApiError, type ApiClient, type BuildRow } from '../api/client';
import { connect } from '../api/connect';
import { makeBundle, type MadeBundle } from '../project/make-bundle';
import { selectProject } from '../project/select-project';
import { CommandError, UsageError } from '../usage-error';
import type { Command, Output } from './command';
import { PROJECT_OPTIONS } from './project-options';

const WAIT_MS = 60_000;
const POLL_MS = 150;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

export const deployCommand: Command = {
  name: 'deploy',
  summary: 'build, upload and deploy, or deploy an earlier build again',
  usage: 'hot deploy [BUILD_ID] [-p PROJECT] [--no-wait] [--allow-secret-shape]',
  options: {
    ...PROJECT_OPTIONS,
    'no-wait': { type: 'boolean' },
    'allow-secret-shape': { type: 'boolean' },
  },
  async run({ cwd, positionals, flags, env, out }) {
    const [earlier] = positionals;
    if (earlier !== undefined && !UUID.test(earlier)) {
      throw new UsageError(`"${earlier}" is not a build id: hot builds lists them`);
    }
    const project = await selectProject(cwd, flags, env);
    const api = connect(project.config, env);
    const buildId =
      earlier ??
      (await upload(api, project.name, await makeBundle(project, flags.on('allow-secret-shape'), out), out));
    const build = await api.deployBuild(project.name, buildId);
    if (build.runtime_warning !== null) out.note(`Warning: ${build.runtime_warning.message}`);
    out.note(`Deploying ${buildId} of ${project.name} …`);
    const final = flags.on('no-wait') ? build : await waitUntilLoaded(api, project.name, build);
    return report(final, project.name, out);
  },
};

/** Uploads under the id chosen here; a project that does not exist yet is created, and the server then chooses. */
async function upload(api: ApiClient, project: string, bundle: MadeBundle, out: Output): Promise<string> {
  out.note(`Uploading ${bundle.archive.length} bytes …`);
  try {
    return (await api.uploadBuild(project, bundle.archive, bundle.bundleHash, bundle.buildId)).build_id;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404 || !error.message.includes('Project not found'))
      throw error;
    out.note(`Creating the project ${project} …`);
    await api.createProject(project);
    return (await api.uploadBuild(project, bundle.archive, bundle.bundleHash, null)).build_id;
  }
}

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
