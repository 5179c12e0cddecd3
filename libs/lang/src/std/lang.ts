/** `::hot::lang` and `::hot::meta`: functions and definitions as data. */
import { callAsync, callNowSync, force, functionOf } from '../runtime/call';
import { Definition } from '../runtime/definition';
import { HotMap } from '../runtime/hot-map';
import { metaValue, type ProgramRt } from '../runtime/program-rt';
import { FN_TYPE, NAMESPACE_TYPE, shortTypeOf } from '../runtime/types';
import {
  err,
  HotFn,
  Res,
  Tagged,
  TypeInfo,
  Thunk,
  TypeValue,
  type AsyncEntry,
  type Entry,
  type Fiber,
  type Value,
} from '../runtime/values';
import { native, type NativeDef } from '../runtime/native-def';
import { payloadOf } from './limits';
import { settle } from './loops';

const L = (name: string, options: Parameters<typeof native>[1]): NativeDef =>
  native(`::hot::lang/${name}`, options);

interface Prepared {
  readonly f: HotFn;
  readonly args: Value[];
  readonly preserve: boolean;
}

const isPolicy = (v: Value | undefined): v is Tagged =>
  v instanceof Tagged && v.type.name.startsWith('::hot::type/OnErr.');

function prepareCall(
  fb: Fiber,
  fn: Value,
  args: Value | undefined,
  onErr: Value | undefined,
): Prepared | Res {
  const f = functionOf(fb.r.program, fn, true);
  if (f === null) {
    const name = typeof fn === 'string' ? fn : shortTypeOf(fn);
    return err(
      `Function '${name}' not found in compiled Hot functions. Use the full name, for example ::ns/function.`,
    );
  }
  const policy = isPolicy(args) ? args : onErr;
  if (policy !== undefined && !isPolicy(policy)) {
    return err(
      `call optional trailing argument must be OnErr.Force or OnErr.Preserve, got ${shortTypeOf(policy)}`,
    );
  }
  const list = args === undefined || isPolicy(args) ? [] : args;
  if (!Array.isArray(list)) return err(`Arguments must be a Vec, got ${shortTypeOf(list)}`);
  return {
    f,
    args: [...list],
    preserve: policy?.type.variant === 'Preserve' || policy?.type.name.endsWith('.Preserve') === true,
  };
}

const call: { s: Entry; a: AsyncEntry } = {
  s: (fb, d, site, fn = null, args, onErr) => {
    const it = prepareCall(fb, fn, args, onErr);
    return it instanceof Res ? it : settle(site, callNowSync(it.f, fb, d - 1, site, it.args), it.preserve);
  },
  a: async (fb, d, site, fn = null, args, onErr) => {
    const it = prepareCall(fb, fn, args, onErr);
    return it instanceof Res
      ? it
      : settle(site, await callAsync(it.f, fb, d - 1, site, it.args), it.preserve);
  },
};

function namespacePath(v: Value): string | null {
  if (typeof v === 'string') return v;
  return v instanceof Tagged && v.type.name === NAMESPACE_TYPE.name && typeof v.val === 'string'
    ? v.val
    : null;
}

/** Functions by namespace: the library first, as it is loaded, each in the order of declaration. */
function membersOf(program: ProgramRt): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>();
  for (const name of program.library.keys()) {
    const ns = name.slice(0, name.indexOf('/'));
    const list = members.get(ns) ?? [];
    members.set(ns, list);
    if (!isTypeName(name)) list.push(name);
  }
  for (const [ns, functions] of program.tables.namespaces) {
    const list = members.get(ns) ?? [];
    // An import is a name for a function of elsewhere.
    const own = functions.filter((f) => program.fn(f.fn).name === f.name).map((f) => f.name);
    members.set(ns, [...list, ...own.filter((name) => !list.includes(name))]);
  }
  return members;
}

/** Constructors are types. */
const isTypeName = (name: string): boolean => /\/[A-Z]/.test(name);

const SOURCE_TYPE = new TypeInfo('::hot::meta/Source');

function source(file: Value, line: Value, column: Value, position: Value): Value {
  return new Tagged(
    SOURCE_TYPE,
    HotMap.of([
      ['file', file],
      ['line', line],
      ['column', column],
      ['position', position],
    ]),
  );
}

/** A lazy argument that mentions no definition, such as a full name in a Str. */
const evaluated = (fb: Fiber, d: number, v: Value): Value => (v instanceof Thunk ? force(fb, d, v) : v);

/** What the library says of one of its functions. */
function libraryMeta(fb: Fiber, name: string | null): Value {
  const about = name === null ? undefined : fb.r.program.library.get(name)?.signature;
  if (about === undefined) return null;
  const doc: readonly [string, Value] = ['doc', about.doc];
  return HotMap.of(about.core ? [doc, ['core', true]] : [doc]);
}

function namedMeta(fb: Fiber, v: Value): Value {
  const found = named(fb, v);
  if (found === null) return libraryMeta(fb, v instanceof HotFn ? v.name : typeof v === 'string' ? v : null);
  return found.meta === null ? null : metaValue(found.meta);
}

/** The definition that a full name in a Str, a function or a type names. */
function named(fb: Fiber, v: Value): ReturnType<Fiber['r']['program']['definitionOf']> {
  const name =
    v instanceof HotFn ? v.name : v instanceof TypeValue ? v.info.name : typeof v === 'string' ? v : null;
  return name === null ? null : fb.r.program.definitionOf(name);
}

function handler(name: string, sig: string, doc: string, a: AsyncEntry): NativeDef {
  return L(`${name}-event-handler`, { sig, doc, a });
}

function dataOf(event: Value): HotMap | null {
  const map = payloadOf(event);
  const data = map instanceof HotMap ? payloadOf(map.getStr('data') ?? null) : null;
  return data instanceof HotMap ? data : null;
}

const callEvent: AsyncEntry = async (fb, d, site, event = null) => {
  const data = dataOf(event);
  const fn = data?.getStr('fn');
  if (typeof fn !== 'string') return err('The event names no function: data.fn must be a Str');
  // Without arguments, or with null for them, it is called without any.
  return call.a(fb, d, site, fn, data?.getStr('args') ?? []);
};

export const LANG: readonly NativeDef[] = [
  L('call', {
    core: true,
    sig: ['(f: Fn): Any', '(f: Fn, args: Vec<Any>): Any', '(f: Fn, args: Vec<Any>, on-err: OnErr): Any'],
    doc: 'Calls a function with a Vec of arguments.',
    poly: [{ index: 0, byName: true }],
    ...call,
  }),
  L('resolve', {
    core: true,
    sig: '(function-str: Str): Fn',
    doc: 'The function of a full name.',
    s: (fb, _d, _s, v = null) => {
      if (typeof v !== 'string')
        return functionOf(fb.r.program, v, false) ?? err(`Function '${shortTypeOf(v)}' not found`);
      return fb.r.program.functionNamed(v) ?? err(`Function '${v}' not found`);
    },
  }),
  L('namespaces', {
    core: true,
    sig: '(): Vec<Namespace>',
    doc: 'All namespaces of the program.',
    s: (fb) => [...membersOf(fb.r.program).keys()].map((name) => new Tagged(NAMESPACE_TYPE, name)),
  }),
  L('functions-in-namespace', {
    core: true,
    sig: '(namespace: Namespace): Vec<Fn>',
    doc: 'The functions of a namespace in the order of their definition.',
    s: (fb, _d, _s, v = null) => {
      const path = namespacePath(v);
      const names = path === null ? undefined : membersOf(fb.r.program).get(path);
      return (names ?? []).map((name) => new Tagged(FN_TYPE, name));
    },
  }),
  native('::hot::meta/get', {
    sig: '(lazy var: Any): Any',
    doc: 'The metadata of a definition.',
    special: 'definition',
    traced: false,
    s: (fb, d, _s, v = null) => {
      if (!(v instanceof Definition)) return namedMeta(fb, evaluated(fb, d, v));
      if (v.meta !== null) return v.meta;
      return v.entry.fullName === null ? namedMeta(fb, v.value) : libraryMeta(fb, v.entry.fullName);
    },
  }),
  native('::hot::meta/source', {
    core: true,
    sig: '(lazy var: Any): Source',
    doc: 'Where a definition stands.',
    special: 'definition',
    traced: false,
    s: (fb, d, _s, v = null) => {
      if (v instanceof Definition) {
        const { fullName, line, column, position } = v.entry;
        // What is not written in Hot stands nowhere: the entry says where it was mentioned.
        if (fullName !== null && fb.r.program.library.has(fullName)) return source(null, null, null, null);
        return source(v.file, line, column, position);
      }
      const found = named(fb, evaluated(fb, d, v));
      if (found === null) return source(null, null, null, null);
      return source(fb.r.program.tables.files[found.file] ?? null, found.line, found.column, found.position);
    },
  }),
  // The platform routes these events to the functions themselves; elsewhere a program may hand events to them.
  handler('call', '(event: Map): Any', 'Calls the function that a hot:call event names.', callEvent),
  handler('schedule', '(event: Map): Any', 'Calls the function that a hot:schedule event names.', callEvent),
];
