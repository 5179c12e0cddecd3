import { createHash } from 'node:crypto';
import { blake3 } from '@noble/hashes/blake3.js';

export interface HashedFile {
  readonly path: string;
  readonly hash: string;
  readonly size: number;
}

/** BLAKE3 of a file's content, lower-case hex. */
export function fileHash(content: Uint8Array): string {
  return Buffer.from(blake3(content)).toString('hex');
}

/** SHA-256 of an archive's bytes, lower-case hex. */
export function contentSha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Identity of what is inside: BLAKE3 over the hashes of the sources (project first, then dependencies, each sorted by
 * path), then over path and hash of each resource.
 */
export function bundleHash(
  project: readonly HashedFile[],
  dependencies: readonly HashedFile[],
  resources: readonly HashedFile[],
): string {
  const parts = [
    ...byPath(project).map((file) => file.hash),
    ...byPath(dependencies).map((file) => file.hash),
    ...byPath(resources).map((file) => file.path + file.hash),
  ];
  return fileHash(Buffer.from(parts.join(''), 'utf8'));
}

function byPath(files: readonly HashedFile[]): readonly HashedFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
