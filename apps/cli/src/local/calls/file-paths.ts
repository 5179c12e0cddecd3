/** What a program may call a file, and what there is to know of one. */
import { typeOfPath } from '@app/lang';
import { Refusal } from '@app/platform/calls';

const MAX_PATH_BYTES = 1024;

/** The form of a path under which a file is kept: as on the platform, below the root whatever is written. */
export function filePath(given: string): string {
  const path = normal(given);
  if (path === '') throw new Refusal('invalid', 'Empty path not allowed');
  return path;
}

/** Of a listing: empty for all; a slash at the end names a directory. */
export function filePrefix(given: string): string {
  const path = normal(given);
  return path !== '' && /\/\.?$/.test(given) ? `${path}/` : path;
}

function normal(given: string): string {
  if (given.includes('\0')) throw new Refusal('invalid', 'Path must not contain NUL');
  if (!given.isWellFormed()) throw new Refusal('invalid', 'Path must be valid Unicode');
  // What separates names on this machine must not be part of one.
  const text = process.platform === 'win32' ? given.replaceAll('\\', '/') : given;
  const segments: string[] = [];
  for (const segment of text.replace(/^hot:\/\//, '').split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) throw new Refusal('invalid', 'Path escapes storage root');
  }
  const path = segments.join('/');
  if (Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw new Refusal('invalid', `Path must have at most ${MAX_PATH_BYTES} bytes`);
  return path;
}

export const contentTypeOf = (path: string): string | null =>
  /\.hot$/i.test(path) ? 'text/x-hot' : typeOfPath(path);

export interface FileFacts {
  readonly fileId: string;
  readonly path: string;
  readonly size: number;
  readonly etag: string | null;
  readonly contentType: string | null;
  readonly backend: 'local' | 'direct';
  /** Seconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Direct files leave out what is not known of them. */
export function metaJson(facts: FileFacts): string {
  return JSON.stringify({
    'file-id': facts.fileId,
    path: facts.path,
    size: facts.size,
    ...(facts.backend === 'local' || facts.etag !== null ? { etag: facts.etag } : {}),
    ...(facts.backend === 'local' || facts.contentType !== null ? { 'content-type': facts.contentType } : {}),
    'storage-backend': facts.backend,
    'created-at': facts.createdAt,
    'updated-at': facts.updatedAt,
  });
}

export const seconds = (ms: number): number => Math.floor(ms / 1_000);
