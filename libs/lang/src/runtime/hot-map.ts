/**
 * Immutable maps in insertion order with any value as key.
 *
 * Keys and values stand in two arrays. Small maps are searched from the front, which beats hashing for records;
 * larger ones get an index. The arrays may be shared between versions: a version owns their first `size`
 * places, and adding a key to the newest version pushes in place, so building a map key by key is linear. A
 * write to a place that another version sees copies first. Small maps share their keys only: those that are extended
 * alike find the same ones.
 */
import { keyOf } from './keys';
import type { Value } from './values';

/** Above this many entries a lookup goes through a hash index. */
const LINEAR = 8;

/** What traces know of so many first ones of some keys: see trace-values.ts. */
export interface KeysShape {
  readonly size: number;
  readonly length: number;
  /** The trace that has told of them, and the number it gave them. */
  book: number;
  number: number;
}

/** Canonical keys in order, shared by all maps that were built alike. */
export class Keys {
  index: Map<unknown, number> | null = null;
  /** Original values of keys that are not their own canonical form (Dec, Vec, Map, …). */
  originals: Map<number, Value> | null = null;
  /** Their JSON, as far as it was asked for: see json-write.ts. */
  texts: (string | undefined)[] | null = null;
  shape: KeysShape | null = null;
  /** These and one more, as they were last extended: maps that are extended alike share their keys again. */
  private longer: Keys | null = null;

  constructor(
    readonly list: unknown[],
    /** Never extended in place: the keys of a literal in the program, shared by all runs. */
    readonly fixed: boolean,
  ) {}

  find(key: unknown, size: number): number {
    const list = this.list;
    if (size <= LINEAR) {
      for (let i = 0; i < size; i++) if (list[i] === key) return i;
      return -1;
    }
    let index = this.index;
    if (index === null) {
      index = new Map();
      for (let i = 0; i < list.length; i++) index.set(list[i], i);
      this.index = index;
    }
    const i = index.get(key);
    return i !== undefined && i < size ? i : -1;
  }

  push(key: unknown, original: Value): void {
    const at = this.list.length;
    this.list.push(key);
    this.index?.set(key, at);
    if (key !== original) {
      this.originals ??= new Map();
      this.originals.set(at, original);
    }
  }

  original(i: number): Value {
    const special = this.originals?.get(i);
    // A canonical key without an original is a primitive value, which is its own original.
    return special !== undefined ? special : (this.list[i] as Value);
  }

  /** For a map of the first `size` of them that gets another key, when they can't be extended in place. */
  with(size: number, key: unknown, original: Value): Keys {
    const { longer } = this;
    if (longer !== null && longer.list.length === size + 1 && longer.list[size] === key) return longer;
    const keys = this.copy(size, size < LINEAR && isName(key) && key === original);
    keys.push(key, original);
    // Those of a literal outlive the run: what they remember has to be small.
    if (keys.fixed) this.longer = keys;
    return keys;
  }

  private copy(size: number, fixed: boolean): Keys {
    const keys = new Keys(this.list.slice(0, size), fixed);
    if (this.originals) {
      keys.originals = new Map();
      for (const [i, v] of this.originals) if (i < size) keys.originals.set(i, v);
    }
    return keys;
  }
}

const MAX_NAME = 64;
const isName = (key: unknown): boolean => typeof key === 'string' && key.length <= MAX_NAME;

const NO_KEYS = new Keys([], true);

export class HotMap {
  constructor(
    readonly keysOf: Keys,
    readonly values: Value[],
    readonly size: number,
  ) {}

  static readonly empty = new HotMap(NO_KEYS, [], 0);

  /** Place of the value under a Str, or -1. */
  indexOfStr(key: string): number {
    return this.keysOf.find(key.charCodeAt(0) === 0 ? keyOf(key) : key, this.size);
  }

  /** The value under a Str, or undefined. */
  getStr(key: string): Value | undefined {
    const k = key.charCodeAt(0) === 0 ? keyOf(key) : key;
    const i = this.keysOf.find(k, this.size);
    return i < 0 ? undefined : this.values[i];
  }

  get(key: Value): Value | undefined {
    const i = this.keysOf.find(keyOf(key), this.size);
    return i < 0 ? undefined : this.values[i];
  }

  has(key: Value): boolean {
    return this.keysOf.find(keyOf(key), this.size) >= 0;
  }

  keyAt(i: number): Value {
    return this.keysOf.original(i);
  }

  valueAt(i: number): Value {
    // Callers stay below size, where the array has no holes.
    return this.values[i] as Value;
  }

  set(key: Value, value: Value): HotMap {
    const k = keyOf(key);
    const { keysOf, size } = this;
    const at = keysOf.find(k, size);
    if (at >= 0) {
      const values = this.values.slice(0, size);
      values[at] = value;
      return new HotMap(keysOf, values, size);
    }
    let keys = keysOf;
    if (keys.list.length > size && keys.list[size] === k) {
      // A sibling added the same key at the same place.
    } else if (keys.fixed || keys.list.length !== size) {
      keys = keys.with(size, k, key);
    } else {
      keys.push(k, key);
    }
    if (size < LINEAR) {
      // Records: a push would take room for many more.
      const longer = new Array<Value>(size + 1);
      for (let i = 0; i < size; i++) longer[i] = this.values[i] as Value;
      longer[size] = value;
      return new HotMap(keys, longer, size + 1);
    }
    const values = this.values.length === size ? this.values : this.values.slice(0, size);
    values.push(value);
    return new HotMap(keys, values, size + 1);
  }

  delete(key: Value): HotMap {
    const at = this.keysOf.find(keyOf(key), this.size);
    if (at < 0) return this;
    const b = new MapBuilder();
    for (let i = 0; i < this.size; i++) if (i !== at) b.set(this.keyAt(i), this.valueAt(i));
    return b.done();
  }

  mapValues(f: (value: Value, key: Value) => Value): HotMap {
    const values: Value[] = [];
    for (let i = 0; i < this.size; i++) values.push(f(this.valueAt(i), this.keyAt(i)));
    return new HotMap(this.keysOf, values, this.size);
  }

  keys(): Value[] {
    const out: Value[] = [];
    for (let i = 0; i < this.size; i++) out.push(this.keyAt(i));
    return out;
  }

  vals(): Value[] {
    return this.values.slice(0, this.size);
  }

  entries(): Value[][] {
    const out: Value[][] = [];
    for (let i = 0; i < this.size; i++) out.push([this.keyAt(i), this.valueAt(i)]);
    return out;
  }

  /** Str keys and values, for the library's own use. */
  static of(entries: readonly (readonly [string, Value])[]): HotMap {
    const b = new MapBuilder();
    for (const [k, v] of entries) b.set(k, v);
    return b.done();
  }
}

/** Builds one map in place. */
export class MapBuilder {
  private keys = new Keys([], false);
  private values: Value[] = [];

  set(key: Value, value: Value): void {
    const k = keyOf(key);
    const at = this.keys.find(k, this.values.length);
    if (at >= 0) {
      this.values[at] = value;
    } else {
      this.keys.push(k, key);
      this.values.push(value);
    }
  }

  get(key: Value): Value | undefined {
    const at = this.keys.find(keyOf(key), this.values.length);
    return at < 0 ? undefined : this.values[at];
  }

  get size(): number {
    return this.values.length;
  }

  done(): HotMap {
    return this.values.length === 0 ? HotMap.empty : new HotMap(this.keys, this.values, this.values.length);
  }
}
