/**
 * Natives that call back, written once. Such a native describes its loop; two drivers run it, one that calls and one
 * that awaits. Which of them is used is decided at the call by the callback's flag.
 */
import { callAsync, cannotWait, functionOf, someWait } from '../runtime/call';
import { consumeAt } from '../runtime/consume';
import {
  err,
  HotFn,
  Res,
  SUSPENDS,
  type AsyncEntry,
  type Entry,
  type Fiber,
  type Value,
} from '../runtime/values';

export interface Loop {
  readonly f: HotFn;
  /** Arguments of the next call; null at the end. */
  next(): Value[] | null;
  /** Takes what the callback gave; true ends the loop. */
  step(result: Value): boolean;
  done(): Value;
  /** Errs of the callback are kept as values. */
  readonly preserve?: boolean;
}

export class Several {
  /** Loops one after the other; each may depend on what the one before gave. */
  constructor(
    readonly first: Loop,
    readonly then: (value: Value) => Loop | Several | Value,
  ) {}
}

export type Described = Loop | Several | Value;

export type Prepare = (fb: Fiber, site: number, args: readonly Value[]) => Described;

function isLoop(v: Described): v is Loop {
  return typeof v === 'object' && v !== null && 'step' in v && 'next' in v;
}

/** Ok counts as its payload, Err halts unless it is to be kept. */
export function settle(site: number, result: Value, preserve: boolean): Value {
  if (!(result instanceof Res)) return result;
  return preserve && !result.ok ? result : consumeAt(site, result);
}

export function runLoop(fb: Fiber, d: number, site: number, loop: Loop): Value {
  const { f } = loop;
  const preserve = loop.preserve === true;
  for (let args = loop.next(); args !== null; args = loop.next()) {
    if (f.x === SUSPENDS.maybe || (f.x === SUSPENDS.byArguments && someWait(fb.r.program, args))) {
      throw cannotWait(site, f.name ?? '<function>');
    }
    if (--fb.f < 0) fb.r.again(fb);
    if (loop.step(settle(site, f.s(fb, d - 1, site, ...args), preserve))) break;
  }
  return loop.done();
}

export async function runLoopAsync(fb: Fiber, d: number, site: number, loop: Loop): Promise<Value> {
  const { f } = loop;
  const preserve = loop.preserve === true;
  for (let args = loop.next(); args !== null; args = loop.next()) {
    if (--fb.f < 0) fb.r.again(fb);
    if (loop.step(settle(site, await callAsync(f, fb, d - 1, site, args), preserve))) break;
  }
  return loop.done();
}

export function loopNative(prepare: Prepare): { readonly s: Entry; readonly a: AsyncEntry } {
  return {
    s: (fb, d, site, ...args) => {
      let what = prepare(fb, site, args);
      while (what instanceof Several) what = what.then(runLoop(fb, d, site, what.first));
      return isLoop(what) ? runLoop(fb, d, site, what) : what;
    },
    a: async (fb, d, site, ...args) => {
      let what = prepare(fb, site, args);
      while (what instanceof Several) what = what.then(await runLoopAsync(fb, d, site, what.first));
      return isLoop(what) ? runLoopAsync(fb, d, site, what) : what;
    },
  };
}

/** A callback argument; an Err when it is none. */
export function callback(fb: Fiber, name: string, v: Value | undefined): HotFn | Res {
  const f = v === undefined ? null : functionOf(fb.r.program, v, true);
  if (f !== null) return f;
  return err(`${name} expects a function${typeof v === 'string' ? `, '${v}' is none` : ''}`);
}

/** A loop over a list that calls with one argument each. */
export function over(
  f: HotFn,
  items: readonly Value[],
  step: (r: Value, item: Value, i: number) => boolean,
  done: () => Value,
): Loop {
  let i = 0;
  return {
    f,
    next: () => (i < items.length ? [items[i++] as Value] : null),
    step: (r) => step(r, items[i - 1] as Value, i - 1),
    done,
  };
}
