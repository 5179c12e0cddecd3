/**
 * Secrets of a run. What was read from a secret context key is remembered, leaf by leaf; wherever values are only
 * looked at (trace, results, errors, logs, stream data) such leaves read `<secret>`, and so do secrets of eight
 * characters and more inside longer texts and keys.
 */
import { Dec, decToString } from './dec';
import { display } from './display';
import { HotMap, MapBuilder } from './hot-map';
import { Tagged, type Value } from './values';

export const SECRET_TEXT = '<secret>';
const MIN_INSIDE = 8;
/** Leaves of one secret that are remembered. A larger one is a document, not a credential. */
const MAX_LEAVES = 10_000;

export class Masker {
  private readonly whole = new Set<string>();
  private readonly inside: string[] = [];
  private readonly hidden = new Set<HotMap>();
  /** Whether there are no secrets yet. A field, for it is asked for each value of a trace. */
  isEmpty = true;
  hasHidden = false;

  /** How many there are. */
  get secrets(): number {
    return this.whole.size;
  }

  /** Remembers a secret; returns whether something in it was new. */
  add(secret: Value): boolean {
    const before = this.whole.size;
    this.collect(secret, { left: MAX_LEAVES });
    if (this.whole.size === before) return false;
    this.isEmpty = false;
    // Longest first, so that a secret that contains another is replaced as one.
    this.inside.sort((a, b) => b.length - a.length);
    return true;
  }

  private collect(v: Value, budget: { left: number }): void {
    if (budget.left-- <= 0 || v === null || typeof v === 'boolean') return;
    if (Array.isArray(v)) {
      for (const x of v) this.collect(x, budget);
    } else if (v instanceof HotMap) {
      for (let i = 0; i < v.size; i++) this.collect(v.valueAt(i), budget);
    } else if (v instanceof Tagged) {
      this.collect(v.val, budget);
    } else {
      const text = leafText(v);
      if (text === null || text === '' || this.whole.has(text)) return;
      this.whole.add(text);
      if (typeof v === 'string' && v.length >= MIN_INSIDE) this.inside.push(v);
    }
  }

  /**
   * A map that records show as `<secret>`, with the maps in it. Its values are none: a result may well name the caller
   * that it is for.
   */
  hide(map: HotMap): void {
    this.hidden.add(map);
    this.hasHidden = true;
    for (let i = 0; i < map.size; i++) {
      const inner = map.valueAt(i);
      if (inner instanceof HotMap) this.hide(inner);
    }
  }

  isHidden(map: HotMap): boolean {
    return this.hasHidden && this.hidden.has(map);
  }

  isSecret(v: Value): boolean {
    const text = leafText(v);
    return text !== null && this.whole.has(text);
  }

  /** A text leaf as it may be shown. */
  text(s: string): string {
    if (this.whole.has(s)) return SECRET_TEXT;
    return this.key(s);
  }

  /** A key as it may be shown. Keys are names, and short secrets may well be ones. */
  key(s: string): string {
    let out = s;
    for (const secret of this.inside) {
      if (secret.length <= out.length && out.includes(secret)) out = out.replaceAll(secret, SECRET_TEXT);
    }
    return out;
  }

  /** A copy in which no secret is left. Values without any are returned as they are. */
  value(v: Value): Value {
    if (this.isEmpty) return v;
    if (typeof v === 'string') return this.text(v);
    if (v === null || typeof v !== 'object') return this.isSecret(v) ? SECRET_TEXT : v;
    if (Array.isArray(v)) return v.map((x) => this.value(x));
    if (v instanceof HotMap) return this.map(v);
    if (v instanceof Tagged) return new Tagged(v.type, this.value(v.val), v.unit);
    return this.isSecret(v) ? SECRET_TEXT : v;
  }

  private map(v: HotMap): HotMap {
    const shown = new MapBuilder();
    let isChanged = false;
    for (let i = 0; i < v.size; i++) {
      const key = v.keyAt(i);
      const text = typeof key === 'string' ? key : display(key, null);
      const masked = this.key(text);
      isChanged ||= masked !== text;
      let name = masked === text ? key : masked;
      // Two secrets are two entries, of which none gets lost.
      for (let n = 2; shown.get(name) !== undefined; n++) name = `${masked} ${n}`;
      shown.set(name, v.valueAt(i));
    }
    return (isChanged ? shown.done() : v).mapValues((x) => this.value(x));
  }
}

function leafText(v: Value): string | null {
  if (typeof v === 'string') return v;
  if (typeof v === 'number' || typeof v === 'bigint') return String(v);
  if (v instanceof Dec) return decToString(v);
  return null;
}
