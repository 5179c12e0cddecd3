/** The least of a tar archive (ustar) that puts files into a container. */
import type { ContainerFile } from './container-driver';

const BLOCK = 512;
const MAX_NAME_BYTES = 100;
const MAX_PREFIX_BYTES = 155;

/** Folders on the way are made, readable for all. Throws for a path that the format has no room for. */
export function tarOf(files: readonly ContainerFile[]): Buffer {
  const folders = new Set<string>();
  for (const { path } of files) {
    const parts = path.split('/').filter((part) => part !== '');
    for (let depth = 1; depth < parts.length; depth += 1) folders.add(`${parts.slice(0, depth).join('/')}/`);
  }
  return Buffer.concat([
    ...[...folders].map((name) => header(name, 0, 0o755, '5')),
    ...files.flatMap(({ path, bytes, mode }) => [
      header(path.replace(/^\/+/, ''), bytes.length, mode, path.endsWith('/') ? '5' : '0'),
      bytes,
      Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK),
    ]),
    Buffer.alloc(2 * BLOCK),
  ]);
}

function header(path: string, size: number, mode: number, type: '0' | '5'): Buffer {
  const { name, prefix } = namesOf(path);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  block.write(name, 0, 'utf8');
  block.write(octal(mode, 8), 100, 'latin1');
  block.write(octal(0, 8), 108, 'latin1');
  block.write(octal(0, 8), 116, 'latin1');
  block.write(octal(size, 12), 124, 'latin1');
  block.write(octal(0, 12), 136, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(prefix, 345, 'utf8');
  // The sum is taken with blanks in its own place.
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function namesOf(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= MAX_NAME_BYTES) return { name: path, prefix: '' };
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (
      Buffer.byteLength(prefix) <= MAX_PREFIX_BYTES &&
      Buffer.byteLength(name) <= MAX_NAME_BYTES &&
      name !== ''
    )
      return { name, prefix };
  }
  throw new Error(`The path ${path} is too long for a container`);
}
