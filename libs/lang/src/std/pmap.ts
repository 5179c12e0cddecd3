/** `pmap`: callbacks at the same time, each on a fibre of its own. */
import { callAsync } from '../runtime/call';
import { asHalt } from '../runtime/halt';
import { HotMap } from '../runtime/hot-map';
import { shortTypeOf } from '../runtime/types';
import { chars } from '../source/utf8';
import { err, Res, type Fiber, type Value } from '../runtime/values';
import { policy } from './coll-source';
import { payloadOf } from './limits';
import { callback, runLoop, settle } from './loops';
import { native, type NativeDef } from '../runtime/native-def';

/** Callbacks under way at once. */
const WIDTH = 16;

function calls(coll: Value): Value[][] | null {
  if (Array.isArray(coll)) return coll.map((v) => [v]);
  if (coll instanceof HotMap) return coll.entries();
  return typeof coll === 'string' ? chars(coll).map((c) => [c]) : null;
}

async function one(
  fb: Fiber,
  d: number,
  site: number,
  f: Exclude<ReturnType<typeof callback>, Res>,
  args: Value[],
): Promise<Value> {
  const child = fb.r.fiber(fb.tp);
  try {
    return await callAsync(f, child, d, site, args);
  } catch (e) {
    const halt = asHalt(e, site);
    fb.r.unwind(child, fb.tp, halt);
    throw halt;
  }
}

export const PMAP: NativeDef = native('::hot::coll/pmap', {
  core: true,
  pure: true,
  sig: ['(coll: Str | Vec | Map, func: Fn): Vec', '(coll: Str | Vec | Map, func: Fn, on-err: OnErr): Vec'],
  doc: 'Like map, the calls at the same time; results in order.',
  poly: [{ index: 1, byName: true }],
  s: (fb, d, site, coll = null, fn, onErr) => {
    const list = calls(payloadOf(coll));
    if (list === null)
      return err(`::hot::coll/pmap expects collection (Vec, Map, or Str), got ${shortTypeOf(coll)}`);
    const f = callback(fb, 'pmap', fn);
    if (f instanceof Res) return f;
    const preserve = policy('pmap', onErr);
    if (preserve instanceof Res) return preserve;
    const out: Value[] = [];
    let i = 0;
    return runLoop(fb, d, site, {
      f,
      next: () => list[i++] ?? null,
      step: (r) => out.push(r) < 0,
      done: () => out,
      preserve,
    });
  },
  a: async (fb, d, site, coll = null, fn, onErr) => {
    const list = calls(payloadOf(coll));
    if (list === null)
      return err(`::hot::coll/pmap expects collection (Vec, Map, or Str), got ${shortTypeOf(coll)}`);
    const f = callback(fb, 'pmap', fn);
    if (f instanceof Res) return f;
    const keep = policy('pmap', onErr);
    if (keep instanceof Res) return keep;
    const ends: PromiseSettledResult<Value>[] = [];
    let at = 0;
    let stopped = false;
    const worker = async (): Promise<void> => {
      while (at < list.length && !stopped) {
        const i = at++;
        const [end] = await Promise.allSettled([one(fb, d - 1, site, f, list[i] ?? [])]);
        if (end) ends[i] = end;
        // What is under way is finished, nothing more is begun; the halt of the lowest index wins.
        if (end?.status === 'rejected') stopped = true;
      }
    };
    await Promise.all(Array.from({ length: Math.min(WIDTH, list.length) }, worker));
    const failed = ends.find((end) => end?.status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    return ends.map((end) => settle(site, end.status === 'fulfilled' ? end.value : null, keep));
  },
});
