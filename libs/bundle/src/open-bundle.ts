import { BundleError } from './bundle-error';
import { fileHash, type HashedFile } from './hashes';
import { BUNDLE_LIMITS, type BundleLimits } from './limits';
import { toManifest, type Manifest } from './manifest-model';
import { ZipReader, type ZipEntry } from './zip-reader';

export interface SourceText {
  /** Path in the archive. */
  readonly path: string;
  readonly text: string;
}

export interface OpenedBundle {
  readonly manifest: Manifest;
  /** Sources in load order: dependencies, then the project; each sorted by path. */
  readonly sources: readonly SourceText[];
  /** Paths below `resources/` and sizes; the bytes stay in the archive. */
  readonly resources: readonly { readonly path: string; readonly bytes: number }[];
  /** Texts of generated documentation by package name; '' is the project. */
  readonly docs: Readonly<Record<string, string>>;
}

/** Parses the text of manifest.hot to a plain value. Throws an Error that says what is wrong and where. */
export type ManifestParser = (text: string) => unknown;

const MANIFEST_PATH = 'manifest.hot';
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Only the manifest, for a look at an upload. Throws BundleError. */
export async function readManifest(
  path: string,
  parse: ManifestParser,
  limits: BundleLimits = BUNDLE_LIMITS,
): Promise<Manifest> {
  const zip = await ZipReader.open(path, limits);
  try {
    return await manifestOf(zip, parse, limits);
  } finally {
    await zip.close();
  }
}

/** Reads an archive for execution and verifies every hash that the manifest names. Throws BundleError. */
export async function openBundle(
  path: string,
  parse: ManifestParser,
  limits: BundleLimits = BUNDLE_LIMITS,
): Promise<OpenedBundle> {
  const zip = await ZipReader.open(path, limits);
  try {
    const manifest = await manifestOf(zip, parse, limits);
    const files = zip.entries.filter((entry) => !entry.isDirectory);
    await verify(zip, files, manifest.resources, 'resources/');
    const listed = await verify(zip, files, manifest.files, '');
    const sources = [...listed]
      .map(([path, content]) => ({ path, text: decode(path, content) }))
      .sort((a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : 1));
    return {
      manifest,
      sources,
      resources: manifest.resources.map(({ path, size }) => ({ path, bytes: size })),
      docs: await docsOf(zip, files),
    };
  } finally {
    await zip.close();
  }
}

async function manifestOf(zip: ZipReader, parse: ManifestParser, limits: BundleLimits): Promise<Manifest> {
  const entry = zip.entries.find((candidate) => candidate.path === MANIFEST_PATH);
  if (entry === undefined || entry.isDirectory) {
    throw new BundleError(
      'manifest',
      'The archive has no manifest.hot: make it with hot build or hot deploy',
    );
  }
  if (entry.bytes > limits.maxManifestBytes) {
    throw new BundleError('limit', `manifest.hot is larger than ${limits.maxManifestBytes} bytes`);
  }
  const text = decode(MANIFEST_PATH, await zip.read(entry));
  return toManifest(parsed(parse, text));
}

function parsed(parse: ManifestParser, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BundleError('manifest', `manifest.hot can't be read: ${reason}`, { cause });
  }
}

/** Contents of the files that the manifest lists, each checked against its hash. */
async function verify(
  zip: ZipReader,
  files: readonly ZipEntry[],
  listed: readonly HashedFile[],
  prefix: string,
): Promise<ReadonlyMap<string, Buffer>> {
  const byPath = new Map(files.map((entry) => [entry.path, entry]));
  const contents = new Map<string, Buffer>();
  for (const { path, hash } of listed) {
    const entry = byPath.get(prefix + path);
    if (entry === undefined)
      throw new BundleError('hash', `The manifest names ${prefix}${path}, the archive lacks it`);
    const content = await zip.read(entry);
    if (fileHash(content) !== hash.toLowerCase()) {
      throw new BundleError(
        'hash',
        `${prefix}${path} is not the file that the manifest names: its hash differs`,
      );
    }
    contents.set(path, content);
  }
  return contents;
}

async function docsOf(zip: ZipReader, files: readonly ZipEntry[]): Promise<Readonly<Record<string, string>>> {
  const docs: Record<string, string> = {};
  for (const entry of files) {
    const match = /^docs\/(?:project|deps\/(.+))\/docs\.json$/.exec(entry.path);
    if (match !== null) docs[match[1] ?? ''] = decode(entry.path, await zip.read(entry));
  }
  return docs;
}

/** Values of dependencies exist before those of the project. */
function rank(path: string): number {
  return path.startsWith('hot/pkg/') ? 0 : 1;
}

function decode(path: string, content: Buffer): string {
  try {
    return utf8.decode(content);
  } catch (cause) {
    throw new BundleError('corrupt', `${path} is not UTF-8 text`, { cause });
  }
}
