import { basename, resolve } from 'node:path';
import type { Flags } from '../commands/command';
import { UsageError } from '../usage-error';
import { resolvePackages, type Package } from './packages';
import { readConfig, type ProjectConfig, type ProjectEntry } from './config';

export interface SelectedProject {
  readonly name: string;
  readonly config: ProjectConfig;
  readonly entry: ProjectEntry | undefined;
  readonly packages: readonly Package[];
  readonly sourceRoots: readonly string[];
  readonly testRoots: readonly string[];
  readonly resourceRoots: readonly string[];
  readonly resourceExcludes: readonly string[];
  readonly excludes: readonly string[];
  readonly respectGitignore: boolean;
}

/** The project that is meant: -p, then hot.set.project, then the only one, then the folder's name. */
export async function selectProject(
  cwd: string,
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SelectedProject> {
  const config = await readConfig(cwd, flags.texts('conf'), env);
  const known = Object.keys(config.project ?? {});
  const wanted =
    flags.text('project') ??
    env['HOT_PROJECT'] ??
    config.set?.project ??
    (known.length === 1 ? known[0] : undefined);
  const name = wanted ?? basename(cwd);
  const entry = config.project?.[name];
  if (entry === undefined && wanted !== undefined && known.length > 0) {
    throw new UsageError(`hot.hot has no project "${name}"; it has ${known.join(', ')}`);
  }
  const packages = await resolvePackages(cwd, entry?.deps ?? {}, env);
  return { name, config, entry, packages, ...rootsOf(cwd, entry, flags) };
}

function rootsOf(
  cwd: string,
  entry: ProjectEntry | undefined,
  flags: Flags,
): Omit<SelectedProject, 'name' | 'config' | 'entry' | 'packages'> {
  const from = (paths: readonly string[]): readonly string[] => paths.map((path) => resolve(cwd, path));
  return {
    sourceRoots: from([...(entry?.src?.paths ?? ['./hot/src']), ...flags.texts('src.path')]),
    testRoots: from([...(entry?.test?.paths ?? ['./hot/test']), ...flags.texts('test.path')]),
    resourceRoots: from([
      ...(entry?.resources?.paths ?? ['./hot/resources']),
      ...flags.texts('resource.path'),
    ]),
    resourceExcludes: entry?.resources?.excludes ?? [],
    excludes: entry?.ignore?.excludes ?? [],
    respectGitignore: !flags.on('no-gitignore') && entry?.ignore?.['respect-gitignore'] !== false,
  };
}
