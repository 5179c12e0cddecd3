/** The texts that a program is made of when it runs here: context files, packages, the project's sources, its tests. */
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { ProgramSource, SourceOrigin } from '@app/lang';
import { discover } from '../project/discover';
import type { SelectedProject } from '../project/select-project';
import { UsageError } from '../usage-error';

export interface LocalFile extends ProgramSource {
  /** Absolute path on disk. */
  readonly file: string;
}

/** Packages first. */
export async function projectSources(cwd: string, project: SelectedProject): Promise<readonly LocalFile[]> {
  const packages = project.packages.flatMap(({ folder, sourcePaths }) =>
    sourcePaths.map((path) => join(folder, path)),
  );
  return [
    ...(await readRoots(cwd, packages, { respectGitignore: false, excludes: ['/pkg.hot'] }, 'dependency')),
    ...(await readRoots(cwd, project.sourceRoots, project, 'project')),
  ];
}

/** One file, or all below a folder. */
export async function readPath(
  cwd: string,
  path: string,
  project: SelectedProject,
): Promise<readonly LocalFile[]> {
  return readRoots(cwd, [path], project, 'project');
}

export async function testSources(cwd: string, project: SelectedProject): Promise<readonly LocalFile[]> {
  return readRoots(cwd, project.testRoots, project, 'test');
}

/**
 * `hot/ctx.hot` where there is one, and the files named by --ctx. They stand first, so that what they set is there for
 * all other values.
 */
export async function contextSources(cwd: string, named: readonly string[]): Promise<readonly LocalFile[]> {
  const own = join(cwd, 'hot', 'ctx.hot');
  const found: LocalFile[] = [];
  for (const path of [own, ...named.map((name) => resolve(cwd, name))]) {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) {
      if (path === own) continue;
      throw new UsageError(`--ctx ${relative(cwd, path)} can't be read`);
    }
    found.push({
      name: relative(cwd, path),
      text,
      origin: 'dependency',
      namespace: '::hot::run::ctx',
      file: path,
    });
  }
  return found;
}

async function readRoots(
  cwd: string,
  roots: readonly string[],
  project: Pick<SelectedProject, 'respectGitignore' | 'excludes'>,
  origin: SourceOrigin,
): Promise<readonly LocalFile[]> {
  const options = {
    extension: '.hot',
    respectGitignore: project.respectGitignore,
    excludes: project.excludes,
  };
  const found = (await Promise.all(roots.map((root) => discover(root, options)))).flat();
  const seen = new Set<string>();
  const own = found.filter(({ file }) => !seen.has(file) && seen.add(file));
  return Promise.all(
    own.map(async ({ file }) => ({
      name: relative(cwd, file),
      text: await readFile(file, 'utf8'),
      origin,
      file,
    })),
  );
}
