/** `::hot::resource`: files that came with the build. */
import { HotMap } from '../../runtime/hot-map';
import { err, Tagged, TypeInfo, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { Compiled } from '../regex/compiled';
import { answeredBytes, hostCall, isErr, record } from './call';
import { textOf } from './file';

const REF_TYPE = new TypeInfo('::hot::resource/ResourceRef');
const MAX_GLOB = 4096;

type Body = (fb: Fiber, site: number, fn: string, path: string) => Promise<Value>;

function R(name: string, sig: string, doc: string, body: Body): NativeDef {
  const fn = `::hot::resource/${name}`;
  return native(fn, {
    sig,
    doc,
    a: async (fb, _d, site, path) => {
      if (path !== undefined && typeof path !== 'string') return err(`${fn}: path must be a string`);
      return body(fb, site, fn, path ?? '');
    },
  });
}

const notFound = (fn: string, path: string): Value => err(`${fn}: resource not found: '${path}'`);

async function load(fb: Fiber, site: number, fn: string, path: string): Promise<Value> {
  const answer = await hostCall(fb, site, fn, 'resource.read', record({ path }), {
    not_found: () => null,
  });
  if (isErr(answer)) return answer;
  return answer === null ? notFound(fn, path) : (answeredBytes(answer) ?? notFound(fn, path));
}

/** Sorted by path. An Err when the embedder refuses. */
async function all(fb: Fiber, site: number, fn: string): Promise<Value> {
  const answer = await hostCall(fb, site, fn, 'resource.list', HotMap.empty);
  if (!Array.isArray(answer)) return answer;
  const refs = answer.flatMap((v) => (v instanceof HotMap ? [v] : []));
  const path = (m: HotMap): string => String(m.getStr('path') ?? '');
  refs.sort((a, b) => (path(a) < path(b) ? -1 : path(a) > path(b) ? 1 : 0));
  return refs.map((m) => new Tagged(REF_TYPE, m));
}

const pathOf = (ref: Value): Value =>
  ref instanceof Tagged && ref.val instanceof HotMap ? (ref.val.getStr('path') ?? null) : null;

async function has(fb: Fiber, site: number, fn: string, path: string): Promise<Value> {
  const refs = await all(fb, site, fn);
  return Array.isArray(refs) ? refs.some((ref) => pathOf(ref) === path) : refs;
}

// ---- globs ------------------------------------------------------------------------------------------------------------

/** As in ignore files: without a slash inside, a pattern matches names at any depth. Null when it is malformed. */
export function globPattern(glob: string): string | null {
  if (glob.length === 0 || glob.length > MAX_GLOB) return null;
  const anchored = glob.replace(/\/$/, '').includes('/');
  const text = glob.replace(/^\//, '');
  let out = anchored ? '' : '(?:.*/)?';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (text.startsWith('**/', i) && (i === 0 || text[i - 1] === '/')) {
      out += '(?:.*/)?';
      i += 2;
    } else if (text.startsWith('**', i)) {
      out += '.*';
      i++;
    } else if (c === '*') out += '[^/]*';
    else if (c === '?') out += '[^/]';
    else if (c === '[') {
      const m = /^\[([!^]?)(\]?[^\]/]*)\]/.exec(text.slice(i));
      if (!m) return null;
      const inside = (m[2] ?? '').replace(/[\\[\]^&~]/g, '\\$&');
      out += `[${m[1] === '' ? '' : '^/'}${inside}]`;
      i += m[0].length - 1;
    } else if (c === '\\' && i + 1 < text.length) out += literal(text[++i] ?? '');
    else out += literal(c);
  }
  // A directory stands for all that is in it.
  return glob.endsWith('/') ? `^${out}.+$` : `^${out}(?:/.*)?$`;
}

const literal = (c: string): string => c.replace(/[\\.+*?()|[\]{}^$#&\-~]/g, '\\$&');

async function matching(fb: Fiber, site: number, fn: string, glob: string): Promise<Value> {
  let regex: Compiled | null = null;
  try {
    const pattern = globPattern(glob);
    regex = pattern === null ? null : new Compiled(pattern);
  } catch {
    // An impossible class such as `[z-a]`.
  }
  if (regex === null) return err(`${fn}: invalid glob '${glob}': malformed pattern`);
  const refs = await all(fb, site, fn);
  if (!Array.isArray(refs)) return refs;
  return refs.filter((ref) => regex.exec(String(pathOf(ref)), 0, (n) => fb.r.spend(fb, n >> 4)) !== null);
}

export const RESOURCE: readonly NativeDef[] = [
  R('load', '(rel-path: Str): Bytes', 'The bytes of a resource.', load),
  R('load-str', '(rel-path: Str): Str', 'The text of a resource.', async (fb, site, fn, path) => {
    const bytes = await load(fb, site, fn, path);
    if (!(bytes instanceof Uint8Array)) return bytes;
    return textOf(bytes) ?? err(`${fn}: resource is not valid UTF-8: '${path}'`);
  }),
  R('path', '(rel-path: Str): Str', 'Where a box finds the resource.', async (fb, site, fn, path) => {
    const there = await has(fb, site, fn, path);
    return there === true ? `hot://res/${path}` : there === false ? notFound(fn, path) : there;
  }),
  R('exists', '(rel-path: Str): Bool', 'Whether there is such a resource.', has),
  R('list', '(): Vec<ResourceRef>', 'All resources, by path.', all),
  R('list-matching', '(glob: Str): Vec<ResourceRef>', 'The resources whose path matches.', matching),
];
