/** `::hot::store`: persistent ordered maps. */
import { isInt, isNumber } from '../../runtime/arith';
import { callAsync } from '../../runtime/call';
import { consumeAt } from '../../runtime/consume';
import { HotMap } from '../../runtime/hot-map';
import { shortTypeOf } from '../../runtime/types';
import { err, Res, Tagged, TypeInfo, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { MAX_COLLECTION, tooManyElements } from '../limits';
import { callback } from '../loops';
import { hostCall, isErr, record, type Refusals } from './call';
import { embedOne, embeddingOf, embeddingOptions, ensure, forget, type Store } from './embedding';

const PAGE = 1000;

async function open(fb: Fiber, d: number, site: number, fn: string, v: Value): Promise<Store | Res> {
  if (!(v instanceof Tagged) || v.type.name !== '::hot::store/Map' || !(v.val instanceof HotMap)) {
    return err('Expected a ::hot::store/Map typed value');
  }
  const name = v.val.getStr('name') ?? null;
  if (typeof name !== 'string' || name === '') return err("::hot::store/Map requires a 'name' field (Str)");
  const embedding = embeddingOf(fb, v.val.getStr('embedding') ?? null);
  if (embedding instanceof Res) return embedding;
  const store: Store = { fb, d, site, fn, name, embedding };
  const problem = await ensure(store);
  return problem ?? store;
}

export const ask = (
  s: Store,
  call: string,
  args: Readonly<Record<string, Value | undefined>>,
  refusals: Refusals = {},
  nothing: Value = null,
): Promise<Value> =>
  hostCall(
    s.fb,
    s.site,
    s.fn,
    `store.${call}`,
    record({ name: s.name, ...args }),
    { unavailable: () => err('Store not configured'), not_found: () => nothing, ...refusals },
    nothing,
  );

// ---- writing ----------------------------------------------------------------------------------------------------------

async function put(s: Store, call: 'put' | 'putIfMissing', key: Value, value: Value): Promise<Value> {
  const extra = await embedOne(s, value);
  return extra instanceof Res ? extra : ask(s, call, { key, value, ...extra });
}

/** All or none: one call. */
async function merge(s: Store, name: string, entries: Value): Promise<Value> {
  if (!(entries instanceof HotMap)) return err(`::hot::store/${name} expects a Map as second argument`);
  if (entries.size === 0) return 0;
  const writes: Value[] = [];
  for (let i = 0; i < entries.size; i++) {
    const value = entries.valueAt(i);
    const extra = await embedOne(s, value);
    if (extra instanceof Res) return extra;
    writes.push(record({ key: entries.keyAt(i), value, ...extra }));
  }
  const done = await ask(s, 'putMany', { entries: writes });
  return isErr(done) ? done : entries.size;
}

// ---- reading ----------------------------------------------------------------------------------------------------------

interface Entry {
  readonly key: Value;
  readonly value: Value;
  readonly whole: HotMap;
}

async function page(
  s: Store,
  limit: number,
  offset: number,
  refusals?: Refusals,
): Promise<readonly Entry[] | Res> {
  const answer = await ask(s, 'list', { limit, offset }, refusals);
  if (isErr(answer)) return answer;
  return (Array.isArray(answer) ? answer : []).flatMap((whole): readonly Entry[] =>
    whole instanceof HotMap
      ? [{ key: whole.getStr('key') ?? null, value: whole.getStr('value') ?? null, whole }]
      : [],
  );
}

/** All entries in order, page by page, until `visit` has seen enough. */
async function walk(s: Store, visit: (e: Entry) => boolean | Promise<boolean>): Promise<Res | null> {
  let size = PAGE;
  for (let offset = 0; ;) {
    // A page of large values may be more than the embedder gives at once: then in smaller ones.
    let isTooMuch = false;
    const smaller: Refusals = {
      quota: () => {
        isTooMuch = true;
        return null;
      },
    };
    const entries = await page(s, size, offset, size > 1 ? smaller : undefined);
    if (entries instanceof Res) return entries;
    if (isTooMuch) {
      size = Math.max(1, size >> 2);
      continue;
    }
    for (const e of entries) {
      s.fb.r.spend(s.fb, 1);
      if (await visit(e)) return null;
    }
    if (entries.length < size) return null;
    offset += entries.length;
  }
}

async function collect(s: Store, of: (e: Entry) => Value): Promise<Value> {
  const out: Value[] = [];
  const problem = await walk(s, (e) => out.push(of(e)) > MAX_COLLECTION);
  return problem ?? (out.length > MAX_COLLECTION ? tooManyElements(s.fn, out.length) : out);
}

async function list(s: Store, opts: Value): Promise<Value> {
  if (opts !== null && !(opts instanceof HotMap))
    return err(`::hot::store/list expects a Map of options, got ${shortTypeOf(opts)}`);
  const entries = await page(s, option(opts, 'limit', PAGE), option(opts, 'offset', 0));
  return entries instanceof Res ? entries : entries.map((e) => e.whole);
}

function option(opts: HotMap | null, key: string, otherwise: number): number {
  const v = opts?.getStr(key) ?? null;
  return isInt(v) ? Math.min(Math.max(Number(v), 0), MAX_COLLECTION) : otherwise;
}

/** Negative positions count from the end. */
async function slice(s: Store, start: Value, end: Value | undefined): Promise<Value> {
  if (!isInt(start) || (end !== undefined && end !== null && !isInt(end))) {
    return err(`${s.fn}: start and end must be Ints`);
  }
  let from = Number(start);
  let to = isInt(end ?? null) ? Number(end) : Infinity;
  if (from < 0 || to < 0) {
    const count = await ask(s, 'count', {});
    if (!isInt(count)) return count;
    if (from < 0) from = Math.max(0, from + Number(count));
    if (to < 0) to += Number(count);
  }
  const out: Value[] = [];
  while (from + out.length < to) {
    const limit = Math.min(PAGE, to - from - out.length);
    const entries = await page(s, limit, from + out.length);
    if (entries instanceof Res) return entries;
    for (const e of entries) out.push(e.whole);
    if (entries.length < limit) break;
    if (out.length > MAX_COLLECTION) return tooManyElements(s.fn, out.length);
  }
  return out;
}

// ---- callbacks --------------------------------------------------------------------------------------------------------

type Found = (e: Entry, yes: boolean) => boolean;

/** Only `true` itself counts: what a predicate gives by chance must match nothing. */
async function test(s: Store, fn: Value | undefined, found: Found): Promise<Res | null> {
  const f = callback(s.fb, s.fn, fn);
  if (f instanceof Res) return f;
  return walk(s, async ({ key, value, whole }) => {
    const v = consumeAt(s.site, await callAsync(f, s.fb, s.d - 1, s.site, [key, value]));
    return found({ key, value, whole }, v === true);
  });
}

async function filter(s: Store, fn: Value | undefined): Promise<Value> {
  const out: Value[] = [];
  const problem = await test(s, fn, (e, yes) => yes && out.push(e.whole) > MAX_COLLECTION);
  return problem ?? out;
}

/** The first entry for which the predicate is `wanted`. */
async function first(s: Store, fn: Value | undefined, wanted: boolean): Promise<HotMap | Res | null> {
  let hit: HotMap | null = null;
  const problem = await test(s, fn, (e, yes) => {
    if (yes === wanted) hit = e.whole;
    return yes === wanted;
  });
  return problem ?? hit;
}

async function reduce(s: Store, fn: Value | undefined, initial: Value): Promise<Value> {
  const f = callback(s.fb, s.fn, fn);
  if (f instanceof Res) return f;
  let acc = initial;
  const problem = await walk(s, async ({ key, value }) => {
    acc = consumeAt(s.site, await callAsync(f, s.fb, s.d - 1, s.site, [acc, key, value]));
    return false;
  });
  return problem ?? acc;
}

// ---- searching --------------------------------------------------------------------------------------------------------

async function search(s: Store, query: Value, opts: Value): Promise<Value> {
  if (typeof query !== 'string') return err('::hot::store/search expects a Str query');
  const options = opts instanceof HotMap ? opts : null;
  const asked = options?.getStr('mode') ?? null;
  const mode = asked === 'keyword' || asked === 'hybrid' ? asked : 'semantic';
  let vector: Value | undefined;
  if (mode !== 'keyword') {
    if (s.embedding === null || !s.embedding.vectors) {
      if (mode === 'semantic') return err('Semantic search requires an embedding');
    } else {
      const made = await embedOne(s, query, true);
      if (made instanceof Res) return made;
      vector = made.vector;
    }
  }
  const minimum = options?.getStr('min-score') ?? null;
  return ask(s, 'search', {
    query,
    vector,
    mode,
    limit: option(options, 'limit', 10),
    minScore: isNumber(minimum) ? minimum : 0,
  });
}

// ---- the table --------------------------------------------------------------------------------------------------------

type Args = readonly (Value | undefined)[];
type Body = (s: Store, args: Args) => Promise<Value>;

function S(name: string, sig: string | readonly string[], doc: string, body: Body): NativeDef {
  const fn = `::hot::store/${name}`;
  return native(fn, {
    sig,
    doc,
    a: async (fb, d, site, v = null, ...rest) => {
      const s = await open(fb, d, site, fn, v);
      return s instanceof Res ? s : body(s, rest);
    },
  });
}

const orNull = (v: Value | undefined): Value => v ?? null;

const edge = (name: 'first' | 'last'): NativeDef =>
  S(name, '(store: Map): Any', `The ${name} entry, or null.`, (s) => ask(s, 'edge', { which: name }));

const merging = (name: string): NativeDef =>
  S(name, '(store: Map, entries: Map): Int', 'Writes all entries of a map.', (s, [entries]) =>
    merge(s, name, orNull(entries)),
  );

const done = (name: string, doc: string): NativeDef =>
  S(name, '(store: Map): Bool', doc, async (s) => {
    const answer = await ask(s, name, {});
    if (name === 'destroy') forget(s);
    return isErr(answer) ? answer : true;
  });

const MAP_TYPE = new TypeInfo('::hot::store/Map');

export const STORE: readonly NativeDef[] = [
  native('::hot::internal::store/make', {
    pure: true,
    traced: false,
    sig: '(options: Any): Any',
    doc: 'Makes the handle of a store.',
    s: (fb, _d, _s, v = null) => {
      if (!(v instanceof HotMap)) return err("::hot::store/Map requires a 'name' field (Str)");
      if (typeof v.getStr('name') !== 'string') return err("::hot::store/Map requires a 'name' field (Str)");
      const given = v.getStr('embedding') ?? null;
      const options = embeddingOptions(fb, given);
      if (options instanceof Res) return options;
      const type = fb.r.program.typeNamed(MAP_TYPE.name) ?? MAP_TYPE;
      return new Tagged(type, options === given ? v : v.set('embedding', options));
    },
  }),
  S('put', '(store: Map, key: Any, value: Any): Any', 'Stores a value; gives it back.', (s, [key, value]) =>
    put(s, 'put', orNull(key), orNull(value)),
  ),
  S(
    'put-if-missing',
    '(store: Map, key: Any, value: Any): Bool',
    'Stores a value unless the key is there; whether it did.',
    (s, [key, value]) => put(s, 'putIfMissing', orNull(key), orNull(value)),
  ),
  S(
    'get',
    ['(store: Map, key: Any): Any', '(store: Map, key: Any, default: Any): Any'],
    'The value under a key, or the default.',
    (s, [key, otherwise]) => ask(s, 'get', { key: orNull(key) }, {}, orNull(otherwise)),
  ),
  S('delete', '(store: Map, key: Any): Bool', 'Deletes a key; whether it was there.', (s, [key]) =>
    ask(s, 'delete', { key: orNull(key) }),
  ),
  S('keys', '(store: Map): Vec', 'All keys in order.', (s) => collect(s, (e) => e.key)),
  S('vals', '(store: Map): Vec', 'All values in order.', (s) => collect(s, (e) => e.value)),
  S('length', '(store: Map): Int', 'The number of entries.', (s) => ask(s, 'count', {})),
  S('is-empty', '(store: Map): Bool', 'Whether there are no entries.', async (s) => {
    const count = await ask(s, 'count', {});
    return isErr(count) ? count : count === 0;
  }),
  edge('first'),
  edge('last'),
  merging('merge'),
  merging('put-many'),
  S(
    'list',
    ['(store: Map): Vec', '(store: Map, opts: Map): Vec'],
    'Entries as maps of key and value.',
    (s, [opts]) => list(s, orNull(opts)),
  ),
  S(
    'search',
    ['(store: Map, query: Str): Vec', '(store: Map, query: Str, opts: Map): Vec'],
    'The entries nearest to a text, best first.',
    (s, [query, opts]) => search(s, orNull(query), orNull(opts)),
  ),
  S('filter', '(store: Map, predicate: Fn): Vec', 'The entries for which the predicate is true.', (s, [f]) =>
    filter(s, f),
  ),
  S('find-first', '(store: Map, predicate: Fn): Any', 'The first such entry, or null.', (s, [f]) =>
    first(s, f, true),
  ),
  S('some', '(store: Map, predicate: Fn): Bool', 'Whether there is such an entry.', async (s, [f]) => {
    const hit = await first(s, f, true);
    return hit instanceof Res ? hit : hit !== null;
  }),
  S('all', '(store: Map, predicate: Fn): Bool', 'Whether all entries are such.', async (s, [f]) => {
    const miss = await first(s, f, false);
    return miss instanceof Res ? miss : miss === null;
  }),
  S(
    'reduce',
    '(store: Map, reducer: Fn, initial: Any): Any',
    'Folds all entries: the reducer gets the result so far, key and value.',
    (s, [f, initial]) => reduce(s, f, orNull(initial)),
  ),
  S(
    'slice',
    ['(store: Map, start: Int): Vec', '(store: Map, start: Int, end: Int): Vec'],
    'Entries by position.',
    (s, [start, end]) => slice(s, orNull(start), end),
  ),
  done('clear', 'Deletes all entries.'),
  done('destroy', 'Deletes all entries and the settings of the map.'),
];
