/**
 * Functions that take iterators, for sources that have to be waited for. Programs that open no stream never get here:
 * there these functions are the plain ones (see `suspension.ts`).
 */
import { Iter } from '../runtime/iter';
import type { NativeDef } from '../runtime/native-def';
import { truthy } from '../runtime/consume';
import type { AsyncEntry, Fiber, Value } from '../runtime/values';
import { isInt } from '../runtime/arith';
import { MAX_COLLECTION, tooManyElements } from './limits';

type Inner = (args: readonly Value[]) => Promise<Value>;
type Drive = (fb: Fiber, site: number, it: Iter, rest: readonly Value[], inner: Inner) => Promise<Value>;

async function pull(fb: Fiber, site: number, it: Iter): Promise<Value | undefined> {
  if (--fb.f < 0) fb.r.again(fb);
  return it.pull === null ? it.next() : it.pull(fb, site);
}

/** The whole, or its first values. */
async function drained(fb: Fiber, site: number, it: Iter, max: number): Promise<Value[]> {
  const out: Value[] = [];
  while (out.length < max) {
    const v = await pull(fb, site, it);
    if (v === undefined) break;
    out.push(v);
  }
  return out;
}

const whole: Drive = async (fb, site, it, rest, inner) => {
  const all = await drained(fb, site, it, MAX_COLLECTION + 1);
  return all.length > MAX_COLLECTION ? tooManyElements('collect', all.length) : inner([all, ...rest]);
};

/** One value at a time, until what came of it says so; then that is the result. */
const oneByOne =
  (ends: (result: Value) => boolean, otherwise: Value): Drive =>
  async (fb, site, it, rest, inner) => {
    for (;;) {
      const v = await pull(fb, site, it);
      if (v === undefined) return otherwise;
      const result = await inner([[v], ...rest]);
      if (ends(result)) return result;
    }
  };

const DRIVES: ReadonlyMap<string, Drive> = new Map<string, Drive>([
  [
    '::hot::iter/next',
    async (fb, site, it, _rest, inner) => {
      const v = await pull(fb, site, it);
      return inner([Iter.of(v === undefined ? [] : [v])]);
    },
  ],
  [
    '::hot::iter/take',
    async (fb, site, it, rest, inner) => {
      const [n = null] = rest;
      const wanted = isInt(n) ? Math.max(0, Math.min(Number(n), MAX_COLLECTION)) : 0;
      return inner([await drained(fb, site, it, wanted), ...rest]);
    },
  ],
  ['::hot::iter/for-each', oneByOne(() => false, null)],
  ['::hot::coll/some', oneByOne(truthy, false)],
  ['::hot::coll/all', oneByOne((v) => !truthy(v), true)],
  ['::hot::coll/find-first', oneByOne((v) => v !== null, null)],
  ['::hot::iter/collect', whole],
  ['::hot::coll/map', whole],
  ['::hot::coll/filter', whole],
  ['::hot::coll/reduce', whole],
]);

/** The function with a body that waits for what its iterator gives, if it takes any. */
export function streaming(def: NativeDef): NativeDef {
  const drive = DRIVES.get(def.signature.name);
  if (drive === undefined) return def;
  const { s, a: own } = def;
  const plain: AsyncEntry = async (fb, d, site, ...args) =>
    own !== null ? own(fb, d, site, ...args) : s === null ? null : s(fb, d, site, ...args);
  const a: AsyncEntry = async (fb, d, site, ...args) => {
    const [first, ...rest] = args;
    if (!(first instanceof Iter) || first.pull === null) return plain(fb, d, site, ...args);
    return drive(fb, site, first, rest, (list) => plain(fb, d, site, ...list));
  };
  return { ...def, a, iterates: true };
}
