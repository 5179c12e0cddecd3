/** The texts that a program is made of when it runs here: context files, packages, the project's sources, its tests. */
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { CtxRequirement, ProgramSource, SourceOrigin } from '@app/lang';
import { discover } from '../project/discover';
import type { SelectedProject } from '../project/select-project';
import { UsageError } from '../usage-error';

const CONTEXT = '::hot::run::ctx';

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
  for (const given of [null, ...named]) {
    const path = given === null ? own : resolve(cwd, given);
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) {
      if (given === null) continue;
      throw new UsageError(`--ctx ${given} can't be read`);
    }
    found.push({
      name: relative(cwd, path),
      text,
      origin: 'dependency',
      namespace: CONTEXT,
      file: path,
    });
  }
  return found;
}

/** Stands behind the context files and fails when a variable that the script needs is not set by then. */
export function contextCheck(needs: readonly CtxRequirement[]): ProgramSource {
  const told = needs.map(({ key, declaredBy }) => [key, `  - ${key} (required by ${declaredBy})`]);
  // Qualified throughout: a project may give the short names another meaning.
  const text = `${JSON.stringify(told)}
  |> ::hot::coll/filter((need) { ::hot::type/is-null(::hot::ctx/get(need[0])) })
  |> ::hot::coll/map((need) { need[1] })
  |> (lines) {
    ::hot::bool/if(::hot::coll/is-empty(lines), null, ::hot::exec/fail(::hot::str/join(
      ["Context requirements not satisfied:", ...lines, "Please set these as context variables."],
      "\\n"
    )))
  }`;
  return { name: 'context requirements', text, origin: 'dependency', namespace: CONTEXT };
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
