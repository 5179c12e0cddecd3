/** `::hot::bytes` and `::hot::bit`. */
import { isInt, isNumber } from '../../runtime/arith';
import { Dec, decToString, parseDec } from '../../runtime/dec';
import { normalise, type Int } from '../../runtime/int';
import { Byte, err, Res, type Value } from '../../runtime/values';
import { native, type NativeDef, type NativeOptions } from '../../runtime/native-def';
import { MAX_STRING_BYTES } from '../limits';
import { billBytes, bytesOf, dataOf, NOT_DATA } from './bytes-of';

const B = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::bytes/${name}`, { pure: true, traced: false, ...options });

const BIG = ['be', 'big', 'big-endian'];
const LITTLE = ['le', 'little', 'little-endian'];

/** Whether the lowest byte comes first. */
function isLittle(fn: string, endian: Value | undefined): boolean | Res {
  if (endian === undefined) return false;
  if (typeof endian === 'string' && BIG.includes(endian)) return false;
  if (typeof endian === 'string' && LITTLE.includes(endian)) return true;
  return err(`${fn}: Invalid endian '${typeof endian === 'string' ? endian : ''}'. Use 'be' or 'le'`);
}

const ordered = (bytes: Uint8Array, little: boolean): Uint8Array => (little ? bytes.toReversed() : bytes);

function unsigned(bytes: Uint8Array): bigint {
  let n = 0n;
  for (const b of bytes) n = (n << 8n) | BigInt(b);
  return n;
}

function toInt(fn: string, v: Value, endian: Value | undefined, signed: boolean): Value {
  const bytes = bytesOf(v);
  if (bytes === null) return err(`${fn}: Argument must be Bytes`);
  if (bytes.length > 8) return err(`${fn}: Bytes length ${bytes.length} exceeds maximum of 8`);
  const little = isLittle(fn, endian);
  if (little instanceof Res) return little;
  const n = unsigned(ordered(bytes, little));
  // Lengths that no machine has are always read without a sign.
  const extend = signed && (bytes.length === 1 || bytes.length === 2 || bytes.length === 4);
  return normalise(extend ? BigInt.asIntN(bytes.length * 8, n) : n);
}

function fromInt(v: Value, size: Value, endian: Value | undefined): Value {
  const fn = '::hot::bytes/from-int';
  if (!isInt(v)) return err(`${fn}: Value must be an Int`);
  if (typeof size !== 'number' || size < 1 || size > 8) return err(`${fn}: Size must be 1-8`);
  const little = isLittle(fn, endian);
  if (little instanceof Res) return little;
  const out = new Uint8Array(size);
  let rest = BigInt(v);
  for (let i = size - 1; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn);
  return ordered(out, little);
}

function toFloat(v: Value, endian: Value | undefined): Value {
  const fn = '::hot::bytes/to-float';
  const bytes = bytesOf(v);
  if (bytes === null) return err(`${fn}: Argument must be Bytes`);
  if (bytes.length !== 4 && bytes.length !== 8) {
    return err(`${fn}: Bytes length must be 4 or 8, got ${bytes.length}`);
  }
  const little = isLittle(fn, endian);
  if (little instanceof Res) return little;
  const view = new DataView(Uint8Array.from(bytes).buffer);
  const n = bytes.length === 4 ? view.getFloat32(0, little) : view.getFloat64(0, little);
  return parseDec(String(n)) ?? err(`${fn}: ${String(n)} is not a decimal number`);
}

function fromFloat(v: Value, size: Value, endian: Value | undefined): Value {
  const fn = '::hot::bytes/from-float';
  if (!isNumber(v)) return err(`${fn}: Value must be a number`);
  if (size !== 4 && size !== 8) return err(`${fn}: Size must be 4 or 8`);
  const little = isLittle(fn, endian);
  if (little instanceof Res) return little;
  const n = v instanceof Dec ? Number(decToString(v)) : Number(v);
  const view = new DataView(new ArrayBuffer(size));
  if (size === 4) view.setFloat32(0, n, little);
  else view.setFloat64(0, n, little);
  return new Uint8Array(view.buffer);
}

function indexOf(haystack: Value, needle: Value, from: Value): Value {
  const fn = '::hot::bytes/index-of';
  const bytes = bytesOf(haystack);
  if (bytes === null) return err(`${fn}: Haystack must be Bytes`);
  if (!isInt(from)) return err(`${fn}: From must be an Int`);
  if (from < 0) return err(`${fn}: From must be non-negative`);
  const one = needle instanceof Byte ? needle.n : needle;
  if (isInt(one)) {
    if (one < 0 || one > 255) return err(`${fn}: Int ${one} is out of byte range (0-255)`);
    const at = bytes.indexOf(Number(one), Number(from));
    return at < 0 ? null : at;
  }
  const wanted = bytesOf(needle);
  if (wanted === null) return err(`${fn}: Needle must be Bytes, Byte or Int`);
  if (wanted.length === 0) return err(`${fn}: Needle must not be empty`);
  const first = wanted[0] ?? 0;
  for (let at = Number(from); ; at++) {
    at = bytes.indexOf(first, at);
    if (at < 0 || at + wanted.length > bytes.length) return null;
    if (wanted.every((b, i) => bytes[at + i] === b)) return at;
  }
}

const CRC = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(data: Uint8Array): number {
  let c = -1;
  for (const b of data) c = (c >>> 8) ^ (CRC[(c ^ b) & 255] ?? 0);
  return ~c >>> 0;
}

/** An overload with the order of bytes besides. */
const two = (params: string, returns: string): string[] => [
  `(${params}): ${returns}`,
  `(${params}, endian: Str): ${returns}`,
];

const BYTES_NATIVES: readonly NativeDef[] = [
  B('to-int', {
    sig: two('bytes: Bytes', 'Int'),
    doc: 'The signed number in up to eight bytes; lengths 3, 5, 6 and 7 have no sign.',
    s: (_fb, _d, _s, v = null, endian) => toInt('::hot::bytes/to-int', v, endian, true),
  }),
  B('to-uint', {
    sig: two('bytes: Bytes', 'Int'),
    doc: 'The unsigned number in up to eight bytes; eight may wrap.',
    s: (_fb, _d, _s, v = null, endian) => toInt('::hot::bytes/to-uint', v, endian, false),
  }),
  B('from-int', {
    sig: two('value: Int, size: Int', 'Bytes'),
    doc: 'The lowest bytes of a number.',
    s: (_fb, _d, _s, v = null, size = null, endian) => fromInt(v, size, endian),
  }),
  B('to-float', {
    sig: two('bytes: Bytes', 'Dec'),
    doc: 'The floating-point number in four or eight bytes.',
    s: (_fb, _d, _s, v = null, endian) => toFloat(v, endian),
  }),
  B('from-float', {
    sig: two('value: Dec | Int, size: Int', 'Bytes'),
    doc: 'A number as floating point of four or eight bytes.',
    s: (_fb, _d, _s, v = null, size = null, endian) => fromFloat(v, size, endian),
  }),
  B('crc32', {
    sig: '(data: Bytes | Str | Vec): Int',
    doc: 'The CRC-32 checksum (IEEE).',
    s: (fb, _d, _s, v = null) => {
      const data = dataOf(v);
      if (data === null) return err(`::hot::bytes/crc32: ${NOT_DATA}`);
      billBytes(fb, data.length);
      return crc32(data);
    },
  }),
  B('to-vec', {
    sig: '(bytes: Bytes): Vec<Int>',
    doc: 'The bytes as Ints.',
    s: (fb, _d, _s, v = null) => {
      const bytes = bytesOf(v);
      if (bytes === null) return err('::hot::bytes/to-vec: Argument must be Bytes');
      billBytes(fb, bytes.length);
      return Array.from(bytes);
    },
  }),
  B('get', {
    sig: '(bytes: Bytes, index: Int): Int?',
    doc: 'The byte at an index as Int, null past the end.',
    s: (_fb, _d, _s, v = null, index = null) => {
      if (!(v instanceof Uint8Array)) return err('::hot::bytes/get: First argument must be Bytes');
      if (!isInt(index)) return err('::hot::bytes/get: Index must be an Int');
      if (index < 0) return err('::hot::bytes/get: Index must be non-negative');
      return v[Number(index)] ?? null;
    },
  }),
  B('index-of', {
    sig: [
      '(haystack: Bytes, needle: Bytes | Byte | Int): Int?',
      '(haystack: Bytes, needle: Bytes | Byte | Int, from: Int): Int?',
    ],
    doc: 'Where something begins in bytes, null if nowhere.',
    s: (fb, _d, _s, v = null, needle = null, from = 0) => {
      if (v instanceof Uint8Array) billBytes(fb, v.length);
      return indexOf(v, needle, from);
    },
  }),
  B('xor', {
    sig: '(a: Bytes, b: Bytes): Bytes',
    doc: 'Exclusive or of bytes of the same length.',
    s: (fb, _d, _s, a = null, b = null) => {
      const x = bytesOf(a);
      const y = bytesOf(b);
      if (x === null || y === null) return err('::hot::bytes/xor: Arguments must be Bytes');
      if (x.length !== y.length) {
        return err(`::hot::bytes/xor: Length mismatch (${x.length} vs ${y.length} bytes)`);
      }
      if (x.length > MAX_STRING_BYTES) return err('::hot::bytes/xor: too many bytes');
      billBytes(fb, x.length);
      return x.map((n, i) => n ^ (y[i] ?? 0));
    },
  }),
];

// ---- bits -------------------------------------------------------------------------------------------------------------

const numberOf = (v: Value): Int | null => (v instanceof Byte ? v.n : isInt(v) ? v : null);

function wrongKind(fn: string): Value {
  return err(`${fn}: Arguments must be Int or Byte`);
}

/** The first argument's kind decides. */
function bitwise(name: string, doc: string, f: (a: bigint, b: bigint) => bigint): NativeDef {
  const fn = `::hot::bit/${name}`;
  return native(fn, {
    pure: true,
    traced: false,
    sig: '(a: Int | Byte, b: Int | Byte): Int | Byte',
    doc,
    s: (_fb, _d, _s, a = null, b = null) => {
      const x = numberOf(a);
      const y = numberOf(b);
      if (x === null || y === null) return wrongKind(fn);
      if (!(a instanceof Byte)) return normalise(f(BigInt(x), BigInt(y)));
      if (y < 0 || y > 255) return err(`${fn}: Int ${y} is out of byte range (0-255)`);
      return new Byte(Number(f(BigInt(x), BigInt(y))));
    },
  });
}

function shifting(name: string, doc: string, f: (a: bigint, n: bigint) => bigint): NativeDef {
  const fn = `::hot::bit/${name}`;
  return native(fn, {
    pure: true,
    traced: false,
    sig: '(a: Int | Byte, n: Int): Int | Byte',
    doc,
    s: (_fb, _d, _s, a = null, n = null) => {
      const x = numberOf(a);
      if (x === null) return wrongKind(fn);
      if (!isInt(n)) return err(`${fn}: Shift amount must be an Int`);
      if (n < 0) return err(`${fn}: Shift amount must be non-negative`);
      // 64 and more move everything out; the sign stays.
      const shifted = f(BigInt(x), n > 64 ? 64n : BigInt(n));
      return a instanceof Byte ? new Byte(Number(shifted & 0xffn)) : normalise(shifted);
    },
  });
}

export const BYTES: readonly NativeDef[] = [
  ...BYTES_NATIVES,
  bitwise('and', 'Bits set in both.', (a, b) => a & b),
  bitwise('or', 'Bits set in one or both.', (a, b) => a | b),
  bitwise('xor', 'Bits set in exactly one.', (a, b) => a ^ b),
  native('::hot::bit/not', {
    pure: true,
    traced: false,
    sig: '(a: Int | Byte): Int | Byte',
    doc: 'All bits turned.',
    s: (_fb, _d, _s, a = null) => {
      const x = numberOf(a);
      if (x === null) return wrongKind('::hot::bit/not');
      return a instanceof Byte ? new Byte(~a.n & 255) : normalise(~BigInt(x));
    },
  }),
  shifting('shift-left', 'Bits moved up.', (a, n) => BigInt.asIntN(64, a << n)),
  shifting('shift-right', 'Bits moved down; an Int keeps its sign.', (a, n) => a >> n),
];
