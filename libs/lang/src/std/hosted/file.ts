/** `::hot::file`: stored files. */
import { HotMap } from '../../runtime/hot-map';
import { err, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { utf8Decode, utf8Encode } from '../../source/utf8';
import { billBytes, bytesOf } from '../data/bytes-of';
import { typeOfPath } from '../text/mime';
import { answeredBytes, bytesJson, hostCall, hostCallJson, isErr, record, type Refusals } from './call';

const NOT_CONFIGURED: Refusals = {
  unavailable: () => err('File storage not configured'),
  invalid: (message) => err(message),
};

type Body = (fb: Fiber, site: number, path: string, contents: Value) => Promise<Value>;

function F(name: string, sig: string, doc: string, body: Body): NativeDef {
  return native(`::hot::file/${name}`, {
    core: true,
    sig,
    doc,
    a: async (fb, _d, site, path = null, contents = null) =>
      typeof path === 'string' ? body(fb, site, path, contents) : err(pathProblem(name)),
  });
}

const pathProblem = (name: string): string =>
  name === 'write-file-bytes' ? 'Path must be string, content must be bytes' : 'Path must be a string';

async function read(fb: Fiber, site: number, fn: string, path: string): Promise<Uint8Array | Value> {
  const answer = await hostCall(fb, site, fn, 'file.read', record({ path }), {
    ...NOT_CONFIGURED,
    not_found: (message) => err(`Failed to read file: ${message}`),
  });
  if (isErr(answer)) return answer;
  return answeredBytes(answer) ?? err(`Failed to read file: ${path}`);
}

/** Null when the bytes are no UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  const text = utf8Decode(bytes);
  if (!text.includes('\ufffd')) return text;
  const again = utf8Encode(text);
  return again.length === bytes.length && again.every((b, i) => b === bytes[i]) ? text : null;
}

async function write(fb: Fiber, site: number, fn: string, path: string, bytes: Uint8Array): Promise<Value> {
  billBytes(fb, bytes.length);
  const type = /\.hot$/i.test(path) ? 'text/x-hot' : typeOfPath(path);
  const args = `{"path":${JSON.stringify(path)},"bytes":${bytesJson(bytes)},"contentType":${JSON.stringify(type)}}`;
  return hostCallJson(fb, site, fn, 'file.write', args, NOT_CONFIGURED);
}

export const FILE: readonly NativeDef[] = [
  F('read-file', '(path: Str): Str', 'The text of a file.', async (fb, site, path) => {
    const bytes = await read(fb, site, '::hot::file/read-file', path);
    if (!(bytes instanceof Uint8Array)) return bytes;
    return textOf(bytes) ?? err(`File is not valid UTF-8: ${path}`);
  }),
  F('read-file-bytes', '(path: Str): Bytes', 'The bytes of a file.', (fb, site, path) =>
    read(fb, site, '::hot::file/read-file-bytes', path),
  ),
  F(
    'write-file',
    '(path: Str, contents: Str): FileMeta',
    'Writes a text; what is there is replaced.',
    async (fb, site, path, contents) =>
      typeof contents === 'string'
        ? write(fb, site, '::hot::file/write-file', path, utf8Encode(contents))
        : err('Path and content must be strings'),
  ),
  F(
    'write-file-bytes',
    '(path: Str, contents: Bytes): FileMeta',
    'Writes bytes; what is there is replaced.',
    async (fb, site, path, contents) => {
      const bytes = bytesOf(contents);
      if (bytes === null) return err('Path must be string, content must be bytes');
      return write(fb, site, '::hot::file/write-file-bytes', path, bytes);
    },
  ),
  F('delete-file', '(path: Str): Bool', 'Deletes a file; whether there was one.', (fb, site, path) =>
    hostCall(fb, site, '::hot::file/delete-file', 'file.delete', record({ path }), NOT_CONFIGURED),
  ),
  F('file-exists', '(path: Str): Bool', 'Whether there is such a file.', async (fb, site, path) => {
    const fn = '::hot::file/file-exists';
    const answer = await hostCall(fb, site, fn, 'file.stat', record({ path }), {
      ...NOT_CONFIGURED,
      not_found: () => null,
    });
    return isErr(answer) ? answer : answer !== null;
  }),
  F('file-info', '(path: Str): FileMeta', 'What is known of a file.', async (fb, site, path) => {
    const fn = '::hot::file/file-info';
    const missing = (message: string): Value => err(`Failed to get file info: ${message}`);
    const answer = await hostCall(fb, site, fn, 'file.stat', record({ path }), {
      ...NOT_CONFIGURED,
      not_found: missing,
    });
    return answer ?? missing(`no file at ${path}`);
  }),
  F('list-files', '(prefix: Str): Vec', 'All files below a directory or path prefix.', (fb, site, path) =>
    hostCall(fb, site, '::hot::file/list-files', 'file.list', HotMap.of([['prefix', path]]), {
      ...NOT_CONFIGURED,
      not_found: () => [],
    }),
  ),
];
