/** `file.*` of a program outside of any project: the files of this machine, by the paths of this machine. */
import { bytesJson, CallArgs, Refusal } from '@app/platform/calls';
import type { Stats } from 'node:fs';
import { resolve } from 'node:path';
import type { LocalCalls } from './local-calls';
import { filesBelow, readWhole, removeFile, statFile, writeWhole } from './disk';
import { contentTypeOf, metaJson, seconds } from './file-paths';

export function directFiles(cwd: string): LocalCalls {
  const pathOf = (args: CallArgs): { readonly path: string; readonly file: string } => {
    const path = args.text('path');
    if (path === '') throw new Refusal('invalid', 'Empty path not allowed');
    return { path, file: resolve(cwd, path) };
  };
  const metaOf = async (path: string): Promise<string> => {
    const found = await statFile(resolve(cwd, path));
    return found === null ? 'null' : meta(path, found);
  };
  return {
    'file.read': async (json) => {
      const { path, file } = pathOf(new CallArgs(json));
      return bytesJson(await readWhole(file, path));
    },
    'file.write': async (json) => {
      const args = new CallArgs(json);
      const { path, file } = pathOf(args);
      await writeWhole(file, path, args.bytes('bytes'));
      return metaOf(path);
    },
    'file.delete': async (json) => String(await removeFile(pathOf(new CallArgs(json)).file)),
    'file.stat': (json) => metaOf(pathOf(new CallArgs(json)).path),
    'file.list': async (json) => {
      const prefix = new CallArgs(json).text('prefix');
      const all: string[] = [];
      for (const path of await matching(cwd, prefix)) all.push(await metaOf(path));
      return `[${all.filter((one) => one !== 'null').join(',')}]`;
    },
  };
}

/** All files below a directory of that name, and those beside it whose path goes on from there. As they are written. */
async function matching(cwd: string, prefix: string): Promise<readonly string[]> {
  const text = /(?:^|\/)\.{1,2}$/.test(prefix) ? `${prefix}/` : prefix;
  const folder = text.slice(0, text.lastIndexOf('/') + 1);
  const below = await filesBelow(resolve(cwd, folder), text.slice(folder.length));
  return below.map((path) => folder + path);
}

function meta(path: string, found: Stats): string {
  return metaJson({
    fileId: path,
    path,
    size: found.size,
    etag: null,
    contentType: contentTypeOf(path),
    backend: 'direct',
    createdAt: seconds(found.birthtimeMs),
    updatedAt: seconds(found.mtimeMs),
  });
}
