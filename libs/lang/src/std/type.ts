/** `::hot::type`: conversions, type tests, Results. */
import { consumeAt, truthy } from '../runtime/consume';
import { Dec, decTrunc, parseDec } from '../runtime/dec';
import { display, LIBRARY_TEXT } from '../runtime/display';
import { HotMap, MapBuilder } from '../runtime/hot-map';
import { fitsInt, normalise, parseInt64 } from '../runtime/int';
import { strOf } from '../runtime/operations';
import { FN_TYPE, hasType, kindOf, NAMESPACE_TYPE, shortTypeOf, TYPE_NS } from '../runtime/types';
import { chars, utf8Encode, utf8Length } from '../source/utf8';
import {
  Byte,
  err,
  HotFn,
  ok,
  Res,
  Tagged,
  TypeValue,
  type Entry,
  type Fiber,
  type Value,
} from '../runtime/values';
import type { BuiltinTarget } from '../syntax/native-facts';
import { native, type NativeDef, type NativeOptions } from '../runtime/native-def';
import { MAX_ALLOC_BYTES, payloadOf, tooManyBytes } from './limits';
import { untype } from './untype';

for (const { name } of [NAMESPACE_TYPE, FN_TYPE]) {
  LIBRARY_TEXT.set(name, (v) => (typeof v === 'string' ? v : null));
}

const T = (name: string, options: Omit<NativeOptions, 'core'>): NativeDef =>
  native(`::hot::type/${name}`, { core: true, pure: true, traced: false, ...options });

/** A `T -> Target` arrow for tagged values. */
function viaArrow(fb: Fiber, d: number, site: number, target: string, v: Value): Value | undefined {
  if (!(v instanceof Tagged) || v instanceof Res) return undefined;
  const { construct } = fb.r.program;
  const arrow = construct.arrows.find(TYPE_NS + target, v);
  return arrow === null ? undefined : consumeAt(site, construct.apply(fb, d, site, arrow, v));
}

const quoted = (v: Value): string => (typeof v === 'string' ? `'${v}'` : shortTypeOf(v));

export function toInt(v: Value): Value {
  if (typeof v === 'number' || typeof v === 'bigint') return v;
  if (v instanceof Dec) {
    const n = decTrunc(v);
    return fitsInt(n) ? normalise(n) : 0;
  }
  if (typeof v === 'string') return parseInt64(v) ?? err(`Cannot convert '${v}' to Int`);
  if (typeof v === 'boolean') return v ? 1 : 0;
  if (v instanceof Byte) return v.n;
  if (v instanceof Tagged && !v.unit) return toInt(v.val);
  return err(`Cannot convert ${shortTypeOf(v)} to Int`);
}

export function toDec(v: Value): Value {
  if (v instanceof Dec) return v;
  if (typeof v === 'number' || typeof v === 'bigint') return new Dec(BigInt(v), 0);
  if (typeof v === 'string') return parseDec(v) ?? err(`Cannot convert '${v}' to Dec`);
  if (typeof v === 'boolean') return new Dec(v ? 1n : 0n, 0);
  if (v instanceof Byte) return new Dec(BigInt(v.n), 0);
  if (v instanceof Tagged && !v.unit) return toDec(v.val);
  return err(`Cannot convert ${shortTypeOf(v)} to Dec`);
}

function toBool(v: Value): Value {
  if (typeof v === 'boolean') return v;
  if (v === null) return false;
  if (typeof v === 'number') return v !== 0;
  if (typeof v === 'bigint') return true;
  if (v instanceof Dec) return v.c !== 0n;
  if (typeof v === 'string') {
    const s = v.toLowerCase();
    if (s === 'true' || s === 'yes' || s === '1') return true;
    if (s === 'false' || s === 'no' || s === '0') return false;
  }
  return err(`Cannot convert ${quoted(v)} to Bool`);
}

export function toVec(v: Value): Value {
  if (Array.isArray(v)) return v;
  if (typeof v === 'string') return chars(v);
  if (v instanceof HotMap) return v.entries();
  if (v instanceof Uint8Array) return Array.from(v);
  return [v];
}

function toMap(args: readonly Value[]): Value {
  const [v] = args;
  const b = new MapBuilder();
  if (args.length === 1) {
    if (v instanceof HotMap) return v;
    if (!Array.isArray(v)) {
      if (v instanceof Tagged && v.val instanceof HotMap) return v.val;
      return err(
        'Map constructor with one argument expects a Map or a Vec of [key, value] pairs / entry maps',
      );
    }
    for (const entry of v) {
      if (Array.isArray(entry) && entry.length === 2) b.set(entry[0] ?? null, entry[1] ?? null);
      else if (entry instanceof HotMap)
        for (let i = 0; i < entry.size; i++) b.set(entry.keyAt(i), entry.valueAt(i));
      else
        return err(`Map constructor: entries must be [key, value] pairs or maps, got ${shortTypeOf(entry)}`);
    }
    return b.done();
  }
  if (args.length % 2 === 1)
    return err('Map constructor expects an even number of arguments (key-value pairs)');
  for (let i = 0; i < args.length; i += 2) b.set(args[i] ?? null, args[i + 1] ?? null);
  return b.done();
}

function toByte(v: Value): Value {
  if (v instanceof Byte) return v;
  if (typeof v === 'number' || typeof v === 'bigint') {
    return v >= 0 && v <= 255 ? new Byte(Number(v)) : err(`Int ${v} is out of byte range (0-255)`);
  }
  if (typeof v === 'string' && /^\d{1,3}$/.test(v) && Number(v) <= 255) return new Byte(Number(v));
  return err(`Cannot convert ${quoted(v)} to Byte`);
}

export function toBytes(v: Value): Value {
  if (v instanceof Uint8Array) return v;
  if (typeof v === 'string') {
    const size = v.length * 3 > MAX_ALLOC_BYTES ? utf8Length(v) : 0;
    return tooManyBytes('Bytes', size) ?? utf8Encode(v);
  }
  if (Array.isArray(v)) {
    const problem = tooManyBytes('Bytes', v.length);
    if (problem !== null) return problem;
    const out = new Uint8Array(v.length);
    for (let i = 0; i < v.length; i++) {
      const n = v[i];
      const byte = n instanceof Byte ? n.n : n;
      if (typeof byte !== 'number' || byte < 0 || byte > 255) {
        return err(
          typeof byte === 'number'
            ? `Int ${byte} is out of byte range (0-255)`
            : `Cannot convert ${shortTypeOf(n ?? null)} to Byte`,
        );
      }
      out[i] = byte;
    }
    return out;
  }
  return err(`Cannot convert ${shortTypeOf(v)} to Bytes`);
}

const given = (args: readonly (Value | undefined)[]): Value[] =>
  args.filter((a): a is Value => a !== undefined);

const conversion =
  (target: string, f: (v: Value) => Value): Entry =>
  (fb, d, site, ...args) => {
    const [v, ...more] = given(args);
    if (v === undefined || more.length > 0) {
      return err(`::hot::type/${target} expects 1 argument(s), got ${given(args).length}`);
    }
    return viaArrow(fb, d, site, target, v) ?? f(v);
  };

const converter = (
  target: BuiltinTarget,
  f: (v: Value) => Value,
): Required<Pick<NativeOptions, 's' | 'converts'>> => ({ s: conversion(target, f), converts: target });

function typeName(v: Value): string | Res {
  if (v instanceof TypeValue) return v.info.name;
  if (typeof v === 'string') return v.includes('/') || v.includes('::') ? v : TYPE_NS + v;
  if (v instanceof Tagged) return v.type.name;
  if (v instanceof HotMap) {
    const tag = v.getStr('$type');
    return typeof tag === 'string' ? tag : err('Invalid type reference map');
  }
  if (v instanceof HotFn && v.name !== null) return v.name;
  return err('Type reference must be a string, box, or map');
}

export function isType(v: Value, ref: Value): Value {
  const name = typeName(ref);
  if (name instanceof Res) return name;
  if (name === `${TYPE_NS}Any`) return true;
  if (name === `${TYPE_NS}Vec` && Array.isArray(v)) return true;
  return hasType(v, name);
}

const KINDS: readonly (readonly [string, string])[] = [
  ['is-str', 'Str'],
  ['is-int', 'Int'],
  ['is-bool', 'Bool'],
  ['is-dec', 'Dec'],
  ['is-null', 'Null'],
  ['is-vec', 'Vec'],
  ['is-map', 'Map'],
  ['is-byte', 'Byte'],
  ['is-bytes', 'Bytes'],
];

const isFn = (v: Value): boolean =>
  kindOf(v) === 'Fn' || (v instanceof Tagged && v.type.name === FN_TYPE.name);

const text: Entry = (fb, d, site, ...args) => {
  const [v, ...more] = given(args);
  if (more.length > 0) return err(`Str constructor expects 0 or 1 arguments, got ${more.length + 1}`);
  return v === undefined ? '' : strOf(fb, d, site, v);
};

export const TYPE: readonly NativeDef[] = [
  T('Str', {
    // More arguments are refused when it is called, with a text of its own.
    sig: ['()', '(value: Any): Str', '(value: Any, ...rest: Any): Str'],
    doc: 'The text of a value.',
    s: text,
    converts: 'Str',
  }),
  T('Int', { sig: '(value: Int | Dec): Int', doc: 'Converts to an Int.', ...converter('Int', toInt) }),
  T('Dec', {
    sig: '(value: Int | Dec): Dec',
    doc: 'Converts to an exact decimal.',
    ...converter('Dec', toDec),
  }),
  T('Bool', { sig: '(value: Any): Bool', doc: 'Converts to true or false.', ...converter('Bool', toBool) }),
  T('Null', {
    sig: ['(): Null', '(...rest: Any): Null'],
    doc: 'null.',
    s: (_fb, _d, _s, v) => (v === undefined ? null : err('Null takes no argument')),
  }),
  T('Vec', {
    sig: '(value: Any, ...rest: Any): Vec<Any>',
    doc: 'One argument is converted, several become the elements.',
    s: (_fb, _d, _s, ...args) => (args.length === 1 ? toVec(payloadOf(args[0] ?? null)) : args),
  }),
  T('Map', {
    sig: '(value: Any, ...rest: Any): Map<Any, Any>',
    doc: 'One argument is converted, several are keys and values in turn.',
    s: (_fb, _d, _s, ...args) => toMap(args),
  }),
  T('Byte', { sig: '(value: Byte): Byte', doc: 'A number from 0 to 255.', ...converter('Byte', toByte) }),
  T('Bytes', {
    sig: '(value: Bytes): Bytes',
    doc: 'Bytes of a text (UTF-8) or of numbers.',
    ...converter('Bytes', toBytes),
  }),
  T('Namespace', {
    sig: '(value: Str | Namespace): Namespace',
    doc: 'A namespace by its path.',
    s: (_fb, _d, _s, v) => (typeof v === 'string' ? new Tagged(NAMESPACE_TYPE, v) : (v ?? null)),
  }),
  T('Var', { sig: '(value: Str | Var): Var', doc: 'The value itself.', s: (_fb, _d, _s, v) => v ?? null }),
  T('Fn', {
    sig: '(value: Str | Fn): Fn',
    doc: 'A function by its full name, as a typed value.',
    s: (_fb, _d, _s, v) => {
      if (typeof v === 'string') return new Tagged(FN_TYPE, v);
      if (v instanceof HotFn && v.name !== null) return new Tagged(FN_TYPE, v.name);
      return v !== undefined && isFn(v) ? v : err('Fn constructor expects Str | Fn');
    },
  }),
  T('Any', { sig: ['()', '(value: Any): Any'], doc: 'The value itself.', s: (_fb, _d, _s, v) => v ?? null }),
  ...KINDS.map(([name, kind]) =>
    T(name, {
      sig: '(value: Any): Bool',
      doc: `Whether the value is of type ${kind}.`,
      plain: true,
      s: (_fb, _d, _s, v) => kindOf(v ?? null) === kind,
    }),
  ),
  T('is-fn', {
    sig: '(value: Any): Bool',
    doc: 'Whether the value can be called.',
    plain: true,
    s: (_fb, _d, _s, v) => isFn(v ?? null),
  }),
  T('is-namespace', {
    sig: '(value: Any): Bool',
    doc: 'Whether the value is a namespace.',
    plain: true,
    s: (_fb, _d, _s, v) => v instanceof Tagged && v.type.name === NAMESPACE_TYPE.name,
  }),
  T('is-var', {
    sig: '(value: Any): Bool',
    doc: 'Whether the value is a variable reference.',
    plain: true,
    s: () => false,
  }),
  T('is-any', { sig: '(value: Any): Bool', doc: 'Always true.', plain: true, s: () => true }),
  T('is-some', {
    sig: '(value: Any): Bool',
    doc: 'Whether the value is not null.',
    plain: true,
    s: (_fb, _d, _s, v) => v !== null,
  }),
  T('untype', {
    sig: '(form: Any): Any',
    doc: 'Removes type tags at every depth.',
    s: (_fb, _d, _s, v) => untype(v ?? null),
  }),
  T('ok', { sig: '(value: Any): Result', doc: 'A successful Result.', s: (_fb, _d, _s, v) => ok(v ?? null) }),
  T('err', { sig: '(value: Any): Result', doc: 'A failed Result.', s: (_fb, _d, _s, v) => err(v ?? null) }),
];

/** Text of an Err's payload as `err-message` gives it. */
export function messageOf(fb: Fiber, d: number, site: number, payload: Value): string {
  if (typeof payload === 'string') return payload;
  const map = payloadOf(payload);
  if (map instanceof HotMap) {
    for (const key of ['message', 'msg', 'reason']) {
      const v = map.getStr(key) ?? null;
      if (truthy(v)) return strOf(fb, d, site, v);
    }
  }
  return payload instanceof Res ? display(payload.val, null) : strOf(fb, d, site, payload);
}
