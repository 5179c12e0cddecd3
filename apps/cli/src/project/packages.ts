/** The packages that a project depends on, resolved to folders, dependencies before what needs them. */
import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { CommandError } from '../usage-error';
import { evaluate } from './evaluate';
import { requireVersion } from './require-version';

const dependencySchema = z.union([
  z.string(),
  z.object({
    local: z.string().nullish(),
    git: z.string().nullish(),
    pkg: z.string().nullish(),
    version: z.string().nullish(),
  }),
]);
/** As written in `deps`: a version, or where the package is. */
export type Dependency = z.infer<typeof dependencySchema>;

/** `null` and `[]` mean none, too. */
export const dependenciesSchema = z.preprocess(
  (value) => (value === null || (Array.isArray(value) && value.length === 0) ? {} : value),
  z.record(z.string(), dependencySchema),
);

const packageSchema = z.object({
  name: z.string().nullish(),
  version: z.string().nullish(),
  'hot-min-version': z.string().nullish(),
  deps: dependenciesSchema.optional(),
  'src-paths': z.array(z.string()).nullish(),
  src_paths: z.array(z.string()).nullish(),
  'resource-paths': z.array(z.string()).nullish(),
});
const fileSchema = z.object({ pkg: z.record(z.string(), packageSchema) });

export interface Package {
  /** As its dependents name it, for example `hot.dev/anthropic`. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** Relative to the folder, without a slash at the end; empty for the folder itself. */
  readonly sourcePaths: readonly string[];
  readonly resourcePaths: readonly string[];
}

interface Search {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The project's own entries by short name: they win over those of packages. */
  readonly own: ReadonlyMap<string, readonly [Dependency, string]>;
  readonly found: Map<string, Package>;
  readonly open: Set<string>;
}

/** Names are compared by their last part: `hot.dev/x` is `x`. */
const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** Comes with the platform and never needs listing. */
const STANDARD_LIBRARY = 'hot-std';

/** @throws CommandError that names the package and what is wrong with it */
export async function resolvePackages(
  cwd: string,
  dependencies: Readonly<Record<string, Dependency>>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Package[]> {
  const own = new Map(
    Object.entries(dependencies).map(([name, spec]) => [shortName(name), [spec, cwd] as const]),
  );
  const search: Search = { cwd, env, own, found: new Map(), open: new Set() };
  await visitAll(search, dependencies, cwd);
  return [...search.found.values()];
}

async function visitAll(
  search: Search,
  dependencies: Readonly<Record<string, Dependency>>,
  declaredIn: string,
): Promise<void> {
  for (const [name, spec] of Object.entries(dependencies)) await visit(search, name, spec, declaredIn);
}

async function visit(search: Search, name: string, spec: Dependency, declaredIn: string): Promise<void> {
  const short = shortName(name);
  if (short === STANDARD_LIBRARY || search.found.has(short)) return;
  if (search.open.has(short)) {
    throw new CommandError(`Circular dependency detected involving: ${[...search.open].join(', ')}`);
  }
  search.open.add(short);
  const [wanted, base] = search.own.get(short) ?? [spec, declaredIn];
  const folder = await locate(search, name, wanted, base);
  const description = await describe(folder, search.env);
  const required = description?.['hot-min-version'];
  if (required != null) requireVersion(`Package '${name}'`, required);
  await visitAll(search, description?.deps ?? {}, folder);
  search.open.delete(short);
  const listed = description?.['src-paths'] ?? description?.src_paths;
  search.found.set(short, {
    name,
    folder,
    // Without pkg.hot all of the folder's files count.
    sourcePaths: (listed ?? [description === null ? '' : 'src']).map(withoutSlash),
    resourcePaths: (description?.['resource-paths'] ?? []).map(withoutSlash),
  });
}

const withoutSlash = (path: string): string => path.replace(/^\.\//, '').replace(/\/+$/, '');

async function locate(search: Search, name: string, spec: Dependency, base: string): Promise<string> {
  const local = typeof spec === 'string' ? null : spec.local;
  if (local != null) {
    const found = await firstThere([resolve(base, local), resolve(search.cwd, local)]);
    if (found !== null) return found;
    throw new CommandError(`Local dependency path does not exist: ${local} (for '${name}')`);
  }
  const home = search.env['HOT_HOME'] ?? join(homedir(), '.hot');
  const installed = [join(home, 'pkg', name), join(search.cwd, 'hot', 'pkg', name)];
  const version = typeof spec === 'string' ? spec : spec.version;
  const versioned = version == null ? [] : installed.map((folder) => join(folder, version));
  const found = await firstThere([...versioned, ...installed]);
  if (found !== null) return found;
  throw new CommandError(
    `Package '${name}' is not here (looked in ${installed.join(' and ')}). Packages are not fetched: put it there, or say where it is with {"local": "path"}`,
  );
}

async function firstThere(folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const there = await access(folder).then(
      () => true,
      () => false,
    );
    if (there) return folder;
  }
  return null;
}

const NAMESPACE = '::hot::pkg ns\n';
const READER = `${NAMESPACE}description-of-this-package fn () { hot }\n`;

/** What pkg.hot says; null without one. */
async function describe(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<z.infer<typeof packageSchema> | null> {
  const file = join(folder, 'pkg.hot');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const declared = /^\s*(?:\/\/.*\n\s*)*::hot::pkg\b/.test(text) ? text : NAMESPACE + text;
  const sources = [{ name: file, text: `${declared}\n${READER}`, origin: 'project' as const }];
  const parsed = fileSchema.safeParse(await evaluate(sources, '::hot::pkg/description-of-this-package', env));
  const [description] = parsed.success ? Object.values(parsed.data.pkg) : [];
  if (description !== undefined) return description;
  const issue = parsed.error?.issues[0];
  const where =
    issue === undefined ? 'hot.pkg.NAME is missing' : `hot.${issue.path.join('.')}: ${issue.message}`;
  throw new CommandError(`${file}: ${where}`);
}
