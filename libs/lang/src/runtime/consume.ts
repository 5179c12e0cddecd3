/** Ok → payload, Err → halt: what happens to an argument of a strict parameter. */
import { consumedErr } from './halt';
import { Res, type Value } from './values';

function unwrap(v: Res, site: number): Value {
  let inner: Value = v;
  while (inner instanceof Res) {
    if (!inner.ok) throw consumedErr(site, inner);
    inner = inner.val;
  }
  return inner;
}

export function consumeAt(site: number, v: Value): Value {
  return v instanceof Res ? unwrap(v, site) : v;
}

/** False, null and Err are falsy, an Ok is as its payload. */
export function truthy(v: Value): boolean {
  if (v === false || v === null) return false;
  if (v instanceof Res) return v.ok && truthy(v.val);
  return true;
}
