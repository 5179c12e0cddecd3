/** `resource.*`: the files that would travel in the bundle, read where they lie. */
import { readFile } from 'node:fs/promises';
import { fileHash } from '@app/bundle';
import { bytesJson, CallArgs } from '@app/platform/calls';
import { discover, type DiscoverOptions } from '../../project/discover';
import type { LocalCalls } from './local-calls';

export interface ResourceRoot extends Omit<DiscoverOptions, 'extension'> {
  readonly folder: string;
}

/** @param roots the project's first: of two files of one path the first counts */
export function localResources(roots: readonly ResourceRoot[]): LocalCalls {
  let found: Promise<ReadonlyMap<string, string>> | null = null;
  const files = (): Promise<ReadonlyMap<string, string>> => (found ??= find(roots));
  return {
    'resource.read': async (json) => {
      const file = (await files()).get(new CallArgs(json).text('path'));
      return file === undefined ? 'null' : bytesJson(await readFile(file));
    },
    'resource.list': async () => {
      const refs = await Promise.all(
        [...(await files())].map(async ([path, file]) => {
          const bytes = await readFile(file);
          return { path, hash: fileHash(bytes), size: bytes.length };
        }),
      );
      return JSON.stringify(refs.sort((a, b) => (a.path < b.path ? -1 : 1)));
    },
  };
}

/** Once per command: a build does not change while it runs either. */
async function find(roots: readonly ResourceRoot[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const { folder, ...options } of roots) {
    for (const { path, file } of await discover(folder, options)) {
      if (!files.has(path)) files.set(path, file);
    }
  }
  return files;
}
