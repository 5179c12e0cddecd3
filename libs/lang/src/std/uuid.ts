/** `::hot::uuid`, and the ids that the library makes itself. */
import { LIBRARY_TEXT } from '../runtime/display';
import { err, Tagged, TypeInfo, type Fiber, type Value } from '../runtime/values';
import { native, type NativeDef } from '../runtime/native-def';

export const UUID_TYPE = new TypeInfo('::hot::uuid/Uuid');
LIBRARY_TEXT.set(UUID_TYPE.name, (v) => (typeof v === 'string' ? v : null));

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

function format(b: Uint8Array): string {
  let out = '';
  b.forEach((n, i) => {
    if (i === 4 || i === 6 || i === 8 || i === 10) out += '-';
    out += HEX[n] ?? '00';
  });
  return out;
}

function withVersion(b: Uint8Array, version: number): Uint8Array {
  b[6] = ((b[6] ?? 0) & 0x0f) | (version << 4);
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  return b;
}

export function uuid4(fb: Fiber): string {
  return format(withVersion(fb.r.host.randomBytes(16).slice(), 4));
}

/** Time-ordered; within one run later ids are larger even in the same millisecond. */
export function uuid7(fb: Fiber): string {
  const b = fb.r.host.randomBytes(16).slice();
  const { ms, counter } = fb.r.nextIdTime();
  for (let i = 0, t = ms; i < 6; i++, t = Math.floor(t / 256)) b[5 - i] = t % 256;
  b[6] = (counter >> 8) & 0x0f;
  b[7] = counter & 0xff;
  return format(withVersion(b, 7));
}

const NIL = '00000000-0000-0000-0000-000000000000';
const SHAPES =
  /^(?:urn:uuid:)?(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})$|^\{[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}$/i;

export const isUuidText = (text: string): boolean => SHAPES.test(text);

function make(fb: Fiber, version: Value | undefined): Value {
  if (version === undefined || version === 4) return new Tagged(UUID_TYPE, uuid4(fb));
  if (version === 7) return new Tagged(UUID_TYPE, uuid7(fb));
  if (version === null) return new Tagged(UUID_TYPE, NIL);
  if (version instanceof Tagged && version.type.name === UUID_TYPE.name) return version;
  return err('Invalid UUID version');
}

export const UUID: readonly NativeDef[] = [
  native('::hot::internal::uuid/make', {
    sig: ['(): Uuid', '(version: Int | Null): Uuid'],
    doc: 'A new UUID: random, or time-ordered with 7.',
    s: (fb, _d, _s, version) => make(fb, version),
  }),
  native('::hot::uuid/is-uuid', {
    core: true,
    pure: true,
    traced: false,
    plain: true,
    sig: '(value: Any): Bool',
    doc: 'Whether the value is a UUID, or a text of one.',
    s: (_fb, _d, _s, v) => {
      if (v instanceof Tagged) return v.type.name === UUID_TYPE.name;
      return typeof v === 'string' && isUuidText(v);
    },
  }),
];
