import type { ConstValue } from '../analyse/core';
import type { MetaValue } from '../analyse/program';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** An object whose keys come from outside: `__proto__` becomes an own property like any other. */
export function jsonObject(entries: Iterable<readonly [string, Json]>): JsonObject {
  const object: Record<string, Json> = {};
  for (const [key, value] of entries) setKey(object, key, value);
  return object;
}

export function setKey<T>(object: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

export function constJson(value: ConstValue): Json {
  switch (value.type) {
    case 'null':
      return null;
    case 'int':
      return Number(value.value);
    case 'dec':
      return Number(`${value.coefficient}e-${value.scale}`);
    default:
      return value.value;
  }
}

/** Metadata as stored: a name becomes the full name of what it stands for. */
export function metaJson(meta: MetaValue): Json {
  switch (meta.type) {
    case 'vec':
      return meta.items.map(metaJson);
    case 'map':
      return jsonObject(meta.entries.map(([key, value]) => [key, metaJson(value)] as const));
    case 'ref':
      return meta.fullName ?? meta.text;
    default:
      return constJson(meta);
  }
}

/** Metadata of a definition is always an object: a tag `"x"` means `x: true`. */
export function metaObject(meta: MetaValue | null): JsonObject {
  if (meta === null) return {};
  switch (meta.type) {
    case 'map':
      return metaJson(meta) as JsonObject;
    case 'str':
      return { [meta.value]: true };
    case 'vec':
      return jsonObject(
        meta.items.flatMap((item) => (item.type === 'str' ? [[item.value, true] as const] : [])),
      );
    default:
      return {};
  }
}
