import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createBundle, scanForSecrets, type BundleFile } from '@app/bundle';
import { newId } from '@app/kernel';
import { compileProject, extractDefinitions, printManifest, renderPretty, toManifest } from '@app/lang';
import type { Output } from '../commands/command';
import { CommandError } from '../usage-error';
import { discover } from './discover';
import type { Package } from './packages';
import type { SelectedProject } from './select-project';

const PACKAGES = 'hot/pkg/';

export interface MadeBundle {
  readonly buildId: string;
  readonly bundleHash: string;
  readonly archive: Buffer;
}

/** Compiles the sources; throws CommandError that shows every error. Returns them with the definitions found. */
export async function checkProject(
  project: SelectedProject,
  out: Output,
): Promise<{
  readonly sources: readonly BundleFile[];
  readonly definitions: ReturnType<typeof extractDefinitions>['definitions'];
}> {
  const own = await readAll(project.sourceRoots, 'hot/src/', { ...project, extension: '.hot' });
  if (own.length === 0) {
    throw new CommandError(
      `No .hot files in ${project.sourceRoots.join(', ')}: is this the folder of ${project.name}?`,
    );
  }
  const sources = [...(await packageFiles(project.packages, 'sourcePaths')), ...own];
  const { program, diagnostics } = compileProject(
    sources.map(({ path, content }) => ({
      name: path,
      text: content.toString('utf8'),
      origin: path.startsWith(PACKAGES) ? ('dependency' as const) : ('project' as const),
    })),
  );
  const found = extractDefinitions(program);
  const all = [...diagnostics, ...found.diagnostics];
  for (const each of all) out.note(renderPretty(program.files, each, process.stderr.isTTY));
  const errors = all.filter((each) => each.severity === 'error').length;
  if (errors > 0) throw new CommandError(`${errors} error${errors === 1 ? '' : 's'} in ${project.name}`);
  return { sources, definitions: found.definitions };
}

export async function makeBundle(
  project: SelectedProject,
  allowSecrets: boolean,
  out: Output,
): Promise<MadeBundle> {
  const { sources, definitions } = await checkProject(project, out);
  const resources = [
    ...(await readAll(project.resourceRoots, '', {
      ...project,
      excludes: [...project.excludes, ...project.resourceExcludes],
    })),
    ...(await packageFiles(project.packages, 'resourcePaths')),
  ];
  if (!allowSecrets) refuseSecrets([...sources, ...resources]);
  const buildId = newId();
  const { archive, bundleHash } = createBundle({
    projectName: project.name,
    buildId,
    sources,
    resources,
    definitions: {
      ...toManifest(definitions),
      ...(project.entry?.enabled === false ? { enabled: false } : {}),
      ...(project.entry?.['only-app'] === true ? { only_app: true } : {}),
    },
    createdAt: new Date().toISOString(),
    print: printManifest,
  });
  return { buildId, bundleHash, archive };
}

/** Sources under `hot/pkg/<name>/<source path>/`; resources beside those of the project, which win. */
async function packageFiles(
  packages: readonly Package[],
  what: 'sourcePaths' | 'resourcePaths',
): Promise<readonly BundleFile[]> {
  const isSource = what === 'sourcePaths';
  const options = { ...(isSource ? { extension: '.hot' } : {}), respectGitignore: false, excludes: [] };
  const files: BundleFile[] = [];
  for (const { name, folder, [what]: paths } of packages) {
    for (const path of paths) {
      const prefix = isSource ? `${PACKAGES}${[name, path].filter((part) => part !== '').join('/')}/` : '';
      const found = await readAll([join(folder, path)], prefix, options);
      files.push(...found.filter((file) => file.path !== `${PACKAGES}${name}/pkg.hot`));
    }
  }
  return files;
}

async function readAll(
  roots: readonly string[],
  prefix: string,
  options: {
    readonly extension?: string;
    readonly respectGitignore: boolean;
    readonly excludes: readonly string[];
  },
): Promise<readonly BundleFile[]> {
  const found = (await Promise.all(roots.map((root) => discover(root, options)))).flat();
  return Promise.all(
    found.map(async ({ file, path }) => ({ path: prefix + path, content: await readFile(file) })),
  );
}

function refuseSecrets(files: readonly BundleFile[]): void {
  const hits = files.flatMap(({ path, content }) => scanForSecrets(path, content.toString('utf8')));
  if (hits.length === 0) return;
  const lines = hits.map((hit) => `  ${hit.path}:${hit.line}  ${hit.kind}  ${hit.snippet}`);
  throw new CommandError(
    `These look like credentials, which don't belong into a bundle (use context variables):\n${lines.join('\n')}\nIf they are harmless: --allow-secret-shape`,
  );
}
