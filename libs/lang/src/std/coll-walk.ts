/** `update` and its kin, and the walks through nested values. */
import { hardError, type Halt } from '../runtime/halt';
import { HotMap, MapBuilder } from '../runtime/hot-map';
import { err, type HotFn, Res, Tagged, type Value } from '../runtime/values';
import { assocIn, getIn } from './coll-access';
import { C } from './coll-source';
import { payloadOf } from './limits';
import { callback, over, Several, type Loop, type Prepare } from './loops';
import { native, type NativeDef } from '../runtime/native-def';

/** One call, then what becomes of its result. */
function once(f: HotFn, arg: Value, done: (r: Value) => Value): Loop {
  let result: Value = null;
  let called = false;
  return {
    f,
    next: () => {
      if (called) return null;
      called = true;
      return [arg];
    },
    step: (r) => {
      result = r;
      return true;
    },
    done: () => done(result),
  };
}

const THIRD = [{ index: 2, byName: true }];

const update = C(
  'update',
  '(map: Map, key: Any, func: Fn): Map',
  'The map with the function applied to the value under the key.',
  (fb, _site, [raw = null, key = null, fn]) => {
    const m = payloadOf(raw);
    if (!(m instanceof HotMap)) return err('::hot::coll/update expects a Map as the first argument');
    const f = callback(fb, 'update', fn);
    if (f instanceof Res) return f;
    return once(f, m.get(key) ?? null, (r) =>
      raw instanceof Tagged ? new Tagged(raw.type, m.set(key, r)) : m.set(key, r),
    );
  },
  THIRD,
);

const updateIn = C(
  'update-in',
  '(coll: Map | Vec, path: Vec, func: Fn): Map | Vec',
  'A copy with the function applied to the value at the end of the path.',
  (fb, _site, [coll = null, path, fn]) => {
    if (!Array.isArray(path)) return err('update-in: path must be a Vec');
    const f = callback(fb, 'update-in', fn);
    if (f instanceof Res) return f;
    return once(f, getIn(coll, path, null), (r) => assocIn(coll, path, 0, r));
  },
  THIRD,
);

/** What a walk enters: elements, values of a map, fields of a record, payload of another typed value. */
function partsOf(v: Value): readonly Value[] | null {
  if (Array.isArray(v)) return v;
  if (v instanceof HotMap) return v.vals();
  if (!(v instanceof Tagged) || v.unit) return null;
  return partsOf(v.val) ?? [v.val];
}

/** The same value with other parts; tags stay. */
function withParts(v: Value, parts: Value[]): Value {
  if (Array.isArray(v)) return parts;
  if (v instanceof HotMap) {
    let i = 0;
    return v.mapValues(() => parts[i++] ?? null);
  }
  if (!(v instanceof Tagged)) return v;
  const inner = partsOf(v.val) === null ? (parts[0] ?? null) : withParts(v.val, parts);
  return v instanceof Res ? new Res(v.ok, inner) : new Tagged(v.type, inner);
}

const MAX_WALK = 10_000;

const tooDeep = (site: number): Halt => hardError(site, `walk: nesting depth exceeds ${MAX_WALK} levels`);

interface Open {
  readonly whole: Value;
  readonly parts: readonly Value[];
  readonly done: Value[];
}

/**
 * A walk as a loop of calls with a stack of its own: values may be nested deeper than the host's stack reaches.
 * `before`: the function sees a value ahead of its parts, otherwise after them.
 */
function walking(site: number, f: HotFn, form: Value, before: boolean): Loop {
  const stack: Open[] = [];
  let call: Value | undefined;
  let result: Value = null;

  const enter = (v: Value): void => {
    const parts = before ? null : partsOf(v);
    if (parts === null || parts.length === 0) call = v;
    else open(v, parts);
  };
  const open = (whole: Value, parts: readonly Value[]): void => {
    // A function that wraps what it is given would go down for ever.
    if (stack.length >= MAX_WALK) throw tooDeep(site);
    stack.push({ whole, parts, done: [] });
    enter(parts[0] ?? null);
  };
  /** A part is finished: on to the next, or to the whole it belongs to. */
  const finish = (v: Value): void => {
    let finished = v;
    for (let top = stack[stack.length - 1]; top !== undefined; top = stack[stack.length - 1]) {
      if (top.done.push(finished) < top.parts.length) {
        enter(top.parts[top.done.length] ?? null);
        return;
      }
      stack.pop();
      finished = withParts(top.whole, top.done);
      if (!before) {
        call = finished;
        return;
      }
    }
    result = finished;
  };
  let started = false;
  return {
    f,
    next: () => {
      if (!started) enter(form);
      started = true;
      if (call === undefined) return null;
      const arg = call;
      call = undefined;
      return [arg];
    },
    step: (r) => {
      const parts = before ? partsOf(r) : null;
      if (parts !== null && parts.length > 0) open(r, parts);
      else finish(r);
      return false;
    },
    done: () => result,
  };
}

function W(name: string, sig: string, doc: string, fns: readonly number[], prepare: Prepare): NativeDef {
  return C(
    name,
    sig,
    doc,
    prepare,
    fns.map((index) => ({ index, byName: true })),
  );
}

export const WALK: readonly NativeDef[] = [
  update,
  updateIn,
  W(
    'walk',
    '(inner: Fn, outer: Fn, form: Any): Any',
    'One level: inner on the parts, outer on the whole.',
    [0, 1],
    (fb, _site, [a, b, v = null]) => {
      const inner = callback(fb, 'walk', a);
      const outer = callback(fb, 'walk', b);
      if (inner instanceof Res) return inner;
      if (outer instanceof Res) return outer;
      const parts = partsOf(v);
      if (parts === null) return once(outer, v, (r) => r);
      const done: Value[] = [];
      const each = over(
        inner,
        parts,
        (r) => done.push(r) < 0,
        () => null,
      );
      return new Several(each, () => once(outer, withParts(v, done), (r) => r));
    },
  ),
  W(
    'prewalk',
    '(f: Fn, form: Any): Any',
    'The function on the whole, then on the parts of what it gave.',
    [0],
    (fb, site, [fn, v = null]) => {
      const f = callback(fb, 'prewalk', fn);
      return f instanceof Res ? f : walking(site, f, v, true);
    },
  ),
  W(
    'postwalk',
    '(f: Fn, form: Any): Any',
    'The function on the parts, then on the whole.',
    [0],
    (fb, site, [fn, v = null]) => {
      const f = callback(fb, 'postwalk', fn);
      return f instanceof Res ? f : walking(site, f, v, false);
    },
  ),
  native('::hot::coll/postwalk-replace', {
    core: true,
    pure: true,
    sig: '(replacement-map: Map, form: Any): Any',
    doc: 'Replaces every part that equals a key.',
    s: (_fb, _d, site, map, v = null) => {
      if (!(map instanceof HotMap)) {
        return err('::hot::coll/postwalk-replace: first argument must be a map of {old: new} values');
      }
      return replaceAll(map, v, site, 0);
    },
  }),
];

function replaceAll(map: HotMap, v: Value, site: number, depth: number): Value {
  if (depth > MAX_WALK) throw tooDeep(site);
  const each = (x: Value): Value => replaceAll(map, x, site, depth + 1);
  let out = v;
  if (Array.isArray(v)) out = v.map(each);
  else if (v instanceof HotMap) {
    const b = new MapBuilder();
    for (let i = 0; i < v.size; i++) b.set(each(v.keyAt(i)), each(v.valueAt(i)));
    out = b.done();
  } else if (v instanceof Tagged && !v.unit) {
    const inner = each(v.val);
    out = v instanceof Res ? new Res(v.ok, inner) : new Tagged(v.type, inner);
  }
  // A replacement may be null.
  return map.has(out) ? (map.get(out) ?? null) : out;
}
