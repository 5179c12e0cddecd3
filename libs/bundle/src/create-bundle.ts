import { bundleHash, fileHash, type HashedFile } from './hashes';
import { ENGINE_VERSION, HOT_STD_VERSION } from './version-gate';
import { writeZip } from './zip-writer';

export interface BundleFile {
  /** For sources the path in the archive (`hot/src/…`, `hot/pkg/…`), for resources the path below `resources/`. */
  readonly path: string;
  readonly content: Buffer;
}

export interface BundleInput {
  readonly projectName: string;
  readonly buildId: string;
  /** In load order: the first of two roots wins a path. */
  readonly sources: readonly BundleFile[];
  readonly resources: readonly BundleFile[];
  /** Collections of the manifest that the compiler found (event_handlers, webhooks, …). */
  readonly definitions: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  /** Prints `name value` in the manifest's own notation. */
  readonly print: (name: string, value: Readonly<Record<string, unknown>>) => string;
}

export interface CreatedBundle {
  readonly archive: Buffer;
  readonly bundleHash: string;
}

const DEPENDENCY_PREFIX = 'hot/pkg/';

/** Packs a project: the manifest first, then sources and resources. */
export function createBundle(input: BundleInput): CreatedBundle {
  const sources = uniqueByPath(input.sources);
  const resources = uniqueByPath(input.resources);
  const files = sources.map(hashed);
  const assets = resources.map(hashed);
  const hash = bundleHash(
    files.filter((file) => !file.path.startsWith(DEPENDENCY_PREFIX)),
    files.filter((file) => file.path.startsWith(DEPENDENCY_PREFIX)),
    assets,
  );
  const manifest = input.print(`hot.bundle.${input.projectName}`, {
    bundle_id: input.buildId,
    bundle_hash: hash,
    engine_version: ENGINE_VERSION,
    hot_std_version: HOT_STD_VERSION,
    files,
    resources: assets,
    ...input.definitions,
    created_at: input.createdAt,
  });
  const archive = writeZip([
    { path: 'manifest.hot', content: Buffer.from(manifest, 'utf8') },
    ...sources,
    ...resources.map((file) => ({ path: `resources/${file.path}`, content: file.content })),
  ]);
  return { archive, bundleHash: hash };
}

function hashed(file: BundleFile): HashedFile {
  return { path: file.path, hash: fileHash(file.content), size: file.content.length };
}

function uniqueByPath(files: readonly BundleFile[]): readonly BundleFile[] {
  const first = new Map<string, BundleFile>();
  for (const file of files) if (!first.has(file.path)) first.set(file.path, file);
  return [...first.values()];
}
