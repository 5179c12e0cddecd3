/** `::hot::time`: instants. */
import { normalise } from '../runtime/int';
import { HotMap } from '../runtime/hot-map';
import { isInt } from '../runtime/arith';
import { err, Tagged, type Fiber, type Value } from '../runtime/values';
import { instantOfMs } from './host';
import { native, type NativeDef, type NativeOptions } from '../runtime/native-def';
import { toInt } from './type';

const T = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::time/${name}`, { traced: false, ...options });

/** Nanoseconds since the epoch of an Instant or ZonedDateTime. */
export function nanosOf(v: Value): bigint | null {
  if (!(v instanceof Tagged) || !(v.val instanceof HotMap)) return null;
  if (!/^::hot::time\/(?:Instant|ZonedDateTime)$/.test(v.type.name)) return null;
  const n = v.val.getStr('epochNanoseconds');
  return n !== undefined && isInt(n) ? BigInt(n) : null;
}

const floorDiv = (a: bigint, b: bigint): bigint => (a < 0n && a % b !== 0n ? a / b - 1n : a / b);
const seconds = (fb: Fiber): number => Math.floor(fb.r.host.epochMs() / 1000);

export const TIME: readonly NativeDef[] = [
  T('now', { sig: '(): Instant', doc: 'The present.', s: (fb) => instantOfMs(fb.r.host.epochMs()) }),
  T('epoch-millis', {
    pure: true,
    sig: '(instant: Instant): Int',
    doc: 'Milliseconds since 1970.',
    s: (_fb, _d, _s, v = null) => {
      const n = nanosOf(v);
      return n === null ? err('epoch-millis expects an Instant object') : normalise(floorDiv(n, 1_000_000n));
    },
  }),
  T('epoch-nanos', {
    pure: true,
    sig: '(instant: Instant): Int',
    doc: 'Nanoseconds since 1970.',
    s: (_fb, _d, _s, v = null) => {
      const n = nanosOf(v);
      return n === null ? err('epoch-nanos expects an Instant object') : normalise(n);
    },
  }),
  T('epoch-seconds', { sig: '(): Int', doc: 'Seconds since 1970, now.', s: (fb) => seconds(fb) }),
  T('within-seconds-of-now', {
    sig: '(timestamp: Any, tolerance-seconds: Int): Bool',
    doc: 'Whether a time in epoch seconds is near the present.',
    s: (fb, _d, _s, v = null, tolerance = null) => {
      const at = typeof v === 'string' ? toInt(v) : v;
      if (!isInt(at) || !isInt(tolerance)) return false;
      const away = BigInt(at) - BigInt(seconds(fb));
      return (away < 0n ? -away : away) <= BigInt(tolerance);
    },
  }),
];
