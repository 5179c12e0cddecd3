/** Where Results are consumed, and what counts as true. */
import { Halt } from './halt';
import { HotMap } from './hot-map';
import { Tagged, type Value } from './values';

/** Ok → payload (to the bottom), Err → halt. */
export function consume(value: Value): Value {
  return value instanceof Tagged && value.result !== 0 ? consumeResult(value) : value;
}

function consumeResult(value: Tagged): Value {
  let inner: Value = value;
  while (inner instanceof Tagged && inner.result === 1) inner = inner.payload ?? null;
  if (inner instanceof Tagged && inner.result === 2) throw consumed(inner.payload ?? null);
  return inner;
}

export function consumed(payload: Value): Halt {
  const message = `Result error: ${payloadText(payload)}`;
  return new Halt('consumed', message, payload ?? message);
}

let show: (value: Value) => string = () => '';
/** The display form lives above this file; set once when the runtime is put together. */
export function setDisplay(display: (value: Value) => string): void {
  show = display;
}

function payloadText(payload: Value): string {
  if (typeof payload === 'string') return payload;
  if (payload === null) return 'Error Result encountered';
  const map = payload instanceof Tagged && payload.payload instanceof HotMap ? payload.payload : payload;
  if (map instanceof HotMap) {
    for (const key of ['msg', 'message']) {
      const text = map.getField(key);
      if (typeof text === 'string') return text;
      if (text !== undefined && key === 'msg') break;
    }
  }
  return show(payload);
}

/** Falsy: false, null, any Err; an Ok counts by its payload. */
export function truthy(value: Value): boolean {
  if (value === false || value === null) return false;
  if (value instanceof Tagged && value.result !== 0) {
    return value.result === 1 && truthy(value.payload ?? null);
  }
  return true;
}
