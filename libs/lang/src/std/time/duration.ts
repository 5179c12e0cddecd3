/** Durations: ten amounts, each a Dec. */
import { Dec, decAdd, decOfInt, decToString, decTrunc, parseDec } from '../../runtime/dec';
import { HotMap } from '../../runtime/hot-map';
import { isNumber, asDec } from '../../runtime/arith';
import { Tagged, TypeInfo, type Value } from '../../runtime/values';

export const DURATION_TYPE = new TypeInfo('::hot::time/Duration');

export const UNITS = [
  'years',
  'months',
  'weeks',
  'days',
  'hours',
  'minutes',
  'seconds',
  'milliseconds',
  'microseconds',
  'nanoseconds',
] as const;
export type Unit = (typeof UNITS)[number];
export type Amounts = Readonly<Record<Unit, Dec>>;

const ZERO = new Dec(0n, 0);
/** Larger amounts reach no date; cutting them keeps the arithmetic small. */
const MAX_AMOUNT = 10n ** 30n;

export function durationOf(given: Partial<Amounts>): Tagged {
  return new Tagged(
    DURATION_TYPE,
    HotMap.of(UNITS.map((unit): readonly [string, Value] => [unit, given[unit] ?? ZERO])),
  );
}

/** Null when a map holds something that is no amount. */
export function amountsOf(map: HotMap): Amounts | null {
  const out: Partial<Record<Unit, Dec>> = {};
  for (const unit of UNITS) {
    const v = map.getStr(unit) ?? 0;
    if (!isNumber(v)) return null;
    out[unit] = asDec(v);
  }
  return out as Amounts;
}

/** Amounts of a Duration, or of a plain map that has at least one of its fields. */
export function readDuration(v: Value): Amounts | null {
  if (v instanceof Tagged) {
    return v.type.name === DURATION_TYPE.name && v.val instanceof HotMap ? amountsOf(v.val) : null;
  }
  return v instanceof HotMap && UNITS.some((unit) => v.getStr(unit) !== undefined) ? amountsOf(v) : null;
}

/** Fractions of an amount are dropped. */
export function whole(amount: Dec): bigint {
  // A scale far below zero would be a number of thousands of digits.
  if (amount.s < -40) return amount.c < 0n ? -MAX_AMOUNT : MAX_AMOUNT;
  const n = decTrunc(amount);
  return n > MAX_AMOUNT ? MAX_AMOUNT : n < -MAX_AMOUNT ? -MAX_AMOUNT : n;
}

// ---- text -------------------------------------------------------------------------------------------------------------

const N = '([+-]?\\d{1,30}(?:[.,]\\d{1,30})?)';
const ISO = new RegExp(
  `^([+-])?P(?:${N}Y)?(?:${N}M)?(?:${N}W)?(?:${N}D)?(?:T(?:${N}H)?(?:${N}M)?(?:${N}S)?)?$`,
  'i',
);

/** `P1Y2M10DT2H30M`, `-P1D`, `PT0.5S`; also with a sign before an amount, as some write negative ones. */
export function parseDuration(text: string): Tagged | null {
  const m = ISO.exec(text);
  if (!m || /[PT]$/i.test(text)) return null;
  const negative = m[1] === '-';
  const out: Partial<Record<Unit, Dec>> = {};
  let last: Dec | null = null;
  for (const [i, unit] of UNITS.slice(0, 7).entries()) {
    const part = m[i + 2];
    if (part === undefined) continue;
    // Only the smallest amount may have a fraction.
    if (last !== null && last.s > 0) return null;
    const parsed = parseDec(part.replace(',', '.'));
    if (parsed === null || (parsed.s > 0 && i < 4)) return null;
    last = negative ? new Dec(-parsed.c, parsed.s) : parsed;
    spread(out, unit, last);
  }
  return durationOf(out);
}

const BELOW: Partial<Record<Unit, readonly [Unit, bigint]>> = {
  hours: ['minutes', 60n],
  minutes: ['seconds', 60n],
  seconds: ['milliseconds', 1000n],
  milliseconds: ['microseconds', 1000n],
  microseconds: ['nanoseconds', 1000n],
};

/** Fractions go down into smaller units: `PT1.5H` is one hour and thirty minutes. */
function spread(out: Partial<Record<Unit, Dec>>, unit: Unit, amount: Dec): void {
  const n = decTrunc(amount);
  out[unit] = decOfInt(n);
  const next = BELOW[unit];
  if (amount.s <= 0 || !next) return;
  const rest = amount.c - n * 10n ** BigInt(amount.s);
  if (rest !== 0n) spread(out, next[0], new Dec(rest * next[1], amount.s));
}

/** Digits without needless zeros behind the point, never scientific. */
function plain(d: Dec): string {
  let { c, s } = d;
  while (s > 0 && c % 10n === 0n) {
    c /= 10n;
    s--;
  }
  if (s <= 0 || s < 6) return decToString(new Dec(c, s));
  const sign = c < 0n ? '-' : '';
  const digits = (c < 0n ? -c : c).toString().padStart(s + 1, '0');
  return `${sign}${digits.slice(0, -s)}.${digits.slice(-s)}`;
}

export function durationText(amounts: Amounts): string {
  const parts = UNITS.slice(0, 6).map((unit) => amounts[unit]);
  let seconds = amounts.seconds;
  for (const [i, unit] of (['milliseconds', 'microseconds', 'nanoseconds'] as const).entries()) {
    seconds = decAdd(seconds, new Dec(amounts[unit].c, amounts[unit].s + 3 * (i + 1)));
  }
  parts.push(seconds);
  const used = parts.filter((d) => d.c !== 0n);
  if (used.length === 0) return 'PT0S';
  // One leading sign is what can be read back everywhere; mixed signs have no such form.
  const negative = used.every((d) => d.c < 0n);
  const text = (i: number, letter: string): string => {
    const d = parts[i] ?? ZERO;
    return d.c === 0n ? '' : plain(negative ? new Dec(-d.c, d.s) : d) + letter;
  };
  const date = text(0, 'Y') + text(1, 'M') + text(2, 'W') + text(3, 'D');
  const time = text(4, 'H') + text(5, 'M') + text(6, 'S');
  return `${negative ? '-' : ''}P${date}${time === '' ? '' : `T${time}`}`;
}
