import { BadRequestError } from '@app/kernel';

const MAX_PATH_BYTES = 1024;

/** Not a path of a file; the message says why. */
export class FilePathError extends BadRequestError {}

/**
 * The one form of a path under which a file is kept: `hot://` and slashes in front go, empty and `.` segments too, `..`
 * takes back the segment before it. Throws FilePathError.
 */
export function normalisePath(text: string): string {
  // Neither can be kept in the database as it is.
  if (text.includes('\0')) throw new FilePathError('Path must not contain NUL');
  if (!text.isWellFormed()) throw new FilePathError('Path must be valid Unicode');
  const segments: string[] = [];
  for (const segment of text.replace(/^hot:\/\//, '').split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) throw new FilePathError('Path escapes storage root');
  }
  const path = segments.join('/');
  if (path === '') throw new FilePathError('Empty path not allowed');
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new FilePathError(`Path must have at most ${MAX_PATH_BYTES} bytes`);
  }
  return path;
}

/** The part after the last slash. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
