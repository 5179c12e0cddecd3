import { BundleError } from './bundle-error';
import type { BundleLimits } from './limits';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The path of an archive entry as text. Refuses everything that could leave a folder or mean different things on
 * different systems. A trailing slash marks a folder and is cut off.
 */
export function entryPath(bytes: Uint8Array, limits: BundleLimits): string {
  if (bytes.length > limits.maxPathBytes) {
    throw new BundleError('limit', `An entry's path is longer than ${limits.maxPathBytes} bytes`);
  }
  const text = decode(bytes);
  const path = text.endsWith('/') ? text.slice(0, -1) : text;
  const shown = JSON.stringify(text.slice(0, 120));
  if (path === '' || path.includes('\0') || path.includes('\\')) {
    throw new BundleError('path', `Entry path ${shown} is empty or holds a backslash or NUL`);
  }
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) {
    throw new BundleError('path', `Entry path ${shown} is absolute; paths must be relative`);
  }
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new BundleError('path', `Entry path ${shown} holds an empty, "." or ".." component`);
  }
  if (parts.length > limits.maxPathDepth) {
    throw new BundleError('limit', `Entry path ${shown} has more than ${limits.maxPathDepth} components`);
  }
  return path;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new BundleError('path', "An entry's path is not valid UTF-8", { cause });
  }
}
