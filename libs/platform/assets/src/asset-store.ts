/**
 * The built app in memory: a few hundred files of a few megabytes. Looked up by exact path, so that nothing outside the
 * folder can be reached whatever the address says.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly etag: string;
  /** The name carries a hash of the content: it may be kept for ever. */
  readonly immutable: boolean;
  readonly plain: Buffer;
  /** Filled in after the start, one by one; answers before that are sent as they are. */
  gzip?: Buffer;
  brotli?: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
};
const COMPRESSIBLE = /^(text\/|application\/(json|manifest\+json|wasm)|image\/svg)/;
// Angular writes main-3Q7XKZ5A.js, chunk-B0_-qpfZ.js and media/name-3Q7XKZ5A.woff2. A word of eight letters is no hash.
const HASHED = /-(?=[\w-]*[A-Z0-9_])[\w-]{8}\.[a-z0-9]+$/;
const WORTH_COMPRESSING_BYTES = 1024;

const compressGzip = promisify(gzip);
const compressBrotli = promisify(brotliCompress);

export class AssetStore {
  private assets: ReadonlyMap<string, Asset> = new Map();
  private loadedAtMs: number | undefined;

  constructor(private readonly folder: string) {}

  get(path: string): Asset | undefined {
    return this.assets.get(path);
  }

  get size(): number {
    return this.assets.size;
  }

  /** Whether a path can only be a file: then a missing one is a 404 and not a page of the app. */
  static looksLikeFile(path: string): boolean {
    return extname(path).toLowerCase() in TYPES;
  }

  /** Reads the folder again when its index changed: the app was built anew. Missing files mean an empty store. */
  async refresh(): Promise<void> {
    const changedAtMs = await stat(join(this.folder, 'index.html')).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined, // not built yet
    );
    if (changedAtMs === this.loadedAtMs) return;
    this.loadedAtMs = changedAtMs;
    this.assets = changedAtMs === undefined ? new Map() : await load(this.folder);
  }

  /** Compresses everything once. Runs on the thread pool; a store that was replaced meanwhile stops it. */
  async compress(): Promise<void> {
    const { assets } = this;
    for (const asset of assets.values()) {
      if (this.assets !== assets) return;
      if (!COMPRESSIBLE.test(asset.type) || asset.plain.length < WORTH_COMPRESSING_BYTES) continue;
      asset.gzip ??= await compressGzip(asset.plain, { level: 7 });
      asset.brotli ??= await compressBrotli(asset.plain, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 9 },
      });
    }
  }
}

async function load(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const assets = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry): Promise<Asset> => {
        const file = join(entry.parentPath, entry.name);
        const plain = await readFile(file);
        const path = file.slice(folder.length).replaceAll('\\', '/');
        return {
          path: path.startsWith('/') ? path : `/${path}`,
          type: TYPES[extname(entry.name).toLowerCase()] ?? 'application/octet-stream',
          etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
          immutable: HASHED.test(entry.name),
          plain,
        };
      }),
  );
  return new Map(assets.map((asset) => [asset.path, asset]));
}
