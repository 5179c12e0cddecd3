/**
 * Keys of stores. Two are the same when Hot says that they are equal: kinds matter (`1`, `1.0` and `"1"` are three keys),
 * decimals compare by number (`1.5` is `1.50`), maps whatever their order, bytes like lists of their numbers.
 */
import { createHash } from 'node:crypto';
import { StoreRefusedError } from './store.errors';

/** Of the canonical text. */
export const MAX_KEY_BYTES = 2 * 1024;
/** Of a text as it came: blanks, escapes and zeros are not worth parsing beyond this. */
const MAX_SOURCE_CHARS = 16 * 1024;
const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const BYTE = '::hot::type/Byte';
const BYTES = '::hot::type/Bytes';

export interface StoreKey {
  /** JSON as the program wrote it. */
  readonly json: string;
  readonly hash: Buffer;
}

/** Throws StoreRefusedError. */
export function keyOf(json: string): StoreKey {
  const canonical = json.length > MAX_SOURCE_CHARS ? null : canonicalKey(json);
  if (canonical === null || Buffer.byteLength(canonical) > MAX_KEY_BYTES) {
    throw new StoreRefusedError('invalid', `keys have at most ${MAX_KEY_BYTES} bytes`);
  }
  return { json, hash: createHash('sha256').update(canonical).digest() };
}

/** A text that equal keys share and others do not. Throws SyntaxError. */
export function canonicalKey(json: string): string {
  return write(
    parse(json, (_key, value, context) => (typeof value === 'number' ? number(context.source) : value)),
  );
}

/** A number as it was written: JSON.parse would round it. */
class Exact {
  constructor(readonly text: string) {}
}

type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown;

// The third argument of revivers is newer than its type.
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

function number(source: string): Exact {
  if (/^-?\d+$/.test(source)) {
    const int = BigInt(source);
    if (int >= MIN_INT && int <= MAX_INT) return new Exact(int.toString());
  }
  const [mantissa = '0', exponent = '0'] = source.toLowerCase().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`.replace(/^(-?)0+(?=\d)/, '$1');
  const significant = digits.replace(/0+$/, '');
  if (significant === '' || significant === '-') return new Exact('d0');
  const scale = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return new Exact(`d${significant}e${scale}`);
}

function write(value: unknown): string {
  if (value instanceof Exact) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const bytes = bytesOf(value);
  if (bytes !== undefined) return write(bytes);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`).join(',')}}`;
}

/** A byte equals the Int of its number, bytes equal a list of such. */
function bytesOf(value: object): unknown {
  const { $type: type, $val: inner } = value as { readonly $type?: unknown; readonly $val?: unknown };
  if (type === BYTE && inner instanceof Exact) return inner;
  return type === BYTES && Array.isArray(inner) ? inner : undefined;
}
