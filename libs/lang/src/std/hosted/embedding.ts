/** What the texts of a store are embedded with: built-in models of the embedder, or functions of the program. */
import { isInt, isNumber } from '../../runtime/arith';
import { callAsync, functionOf } from '../../runtime/call';
import { asHalt } from '../../runtime/halt';
import { display } from '../../runtime/display';
import { HotMap } from '../../runtime/hot-map';
import type { Run } from '../../runtime/run';
import { err, Res, Tagged, TypeInfo, type Fiber, type HotFn, type Value } from '../../runtime/values';
import { hostCall, isErr, record } from './call';

const OPTIONS = '::hot::store/EmbeddingOptions';
const BAD_OPTIONS = '::hot::store/Map.embedding expects EmbeddingOptions?';

export interface Embedding {
  readonly provider: string;
  readonly model: string | null;
  readonly dimensions: number | null;
  readonly field: string;
  readonly textSearch: boolean;
  /** Whether values get vectors at all. */
  readonly vectors: boolean;
  /** One text, or a Vec of them, to what it is embedded as. */
  readonly own: { readonly f: HotFn; readonly batch: boolean } | null;
  readonly skipErrors: boolean;
}

/** A store as a native sees it: its name, and what its texts are embedded with. */
export interface Store {
  readonly fb: Fiber;
  readonly d: number;
  readonly site: number;
  readonly fn: string;
  readonly name: string;
  readonly embedding: Embedding | null;
}

/** An `EmbeddingOptions`, made of an `Embedding` where one is given; an Err for anything else. */
export function embeddingOptions(fb: Fiber, v: Value): Value {
  if (v === null) return v;
  if (v instanceof Tagged && v.type.name.startsWith(`${OPTIONS}.`)) return v;
  if (v instanceof Tagged && v.type.name === '::hot::store/Embedding') {
    const name = `${OPTIONS}.Embedding`;
    return new Tagged(fb.r.program.typeNamed(name) ?? new TypeInfo(name), v.val);
  }
  return err(BAD_OPTIONS);
}

export function embeddingOf(fb: Fiber, given: Value): Embedding | Res | null {
  const v = embeddingOptions(fb, given);
  if (v instanceof Res) return v;
  if (!(v instanceof Tagged) || v.type.name === `${OPTIONS}.Off`) return null;
  const map = v.val instanceof HotMap ? v.val : HotMap.empty;
  const text = (key: string): string | null => {
    const one = map.getStr(key);
    return typeof one === 'string' ? one : null;
  };
  const fn = (key: string): HotFn | null => functionOf(fb.r.program, map.getStr(key) ?? null, true);
  const batch = fn('embed-batch-fn');
  const single = fn('embed-fn');
  const custom = batch ?? single;
  const dimensions = map.getStr('dimensions') ?? null;
  const size = isInt(dimensions) && dimensions > 0 ? Number(dimensions) : null;
  if (custom !== null && size === null) {
    return err("Custom store embedding functions require a positive 'dimensions' value");
  }
  const searchOnly =
    map.getStr('text-search') === true && text('provider') === null && text('model') === null;
  return {
    provider: custom === null ? (text('provider') ?? 'local') : (text('provider') ?? 'custom'),
    model: custom === null ? (text('model') ?? 'bge-base-en-v1.5') : text('model'),
    dimensions: size ?? DIMENSIONS[text('model') ?? 'bge-base-en-v1.5'] ?? null,
    field: text('field') ?? 'content',
    textSearch: map.getStr('text-search') === true,
    vectors: custom !== null || !searchOnly,
    own: custom === null ? null : { f: custom, batch: batch !== null },
    skipErrors: text('on-error') === 'skip',
  };
}

const DIMENSIONS: Readonly<Record<string, number>> = {
  'bge-small-en-v1.5': 384,
  'bge-base-en-v1.5': 768,
  'bge-large-en-v1.5': 1024,
};

// ---- settings ---------------------------------------------------------------------------------------------------------

/** Settings that a run has told the embedder of already. */
const told = new WeakMap<Run, Set<string>>();

/** An Err when the map exists with other settings. */
export async function ensure(s: Store): Promise<Res | null> {
  const { fb, embedding: e } = s;
  const args = record({
    name: s.name,
    textSearch: e?.textSearch ?? false,
    embedding:
      e?.vectors !== true
        ? null
        : record({ provider: e.provider, model: e.model, dimensions: e.dimensions, field: e.field }),
  });
  const key = display(args, null);
  const known = told.get(fb.r) ?? new Set<string>();
  if (known.has(key)) return null;
  const answer = await hostCall(fb, s.site, s.fn, 'store.ensure', args, {
    unavailable: () => err('Store not configured'),
    conflict: (message) => err(message),
  });
  if (isErr(answer)) return answer;
  known.add(key);
  told.set(fb.r, known);
  return null;
}

/** The map is gone, and its settings with it: the next use makes it anew. */
export function forget(s: Store): void {
  told.delete(s.fb.r);
}

// ---- vectors ----------------------------------------------------------------------------------------------------------

/** The text of a value: itself, its field, or what a scalar shows; null: it has none. */
function textOf(v: Value, field: string): string | null {
  if (typeof v === 'string') return v;
  const map = v instanceof Tagged ? v.val : v;
  if (map instanceof HotMap) {
    const text = map.getStr(field);
    return typeof text === 'string' ? text : null;
  }
  if (v === null || v instanceof Tagged || Array.isArray(v) || v instanceof Uint8Array) return null;
  return isNumber(v) || typeof v === 'boolean' ? display(v, null) : null;
}

export interface Extra {
  readonly text?: Value;
  readonly vector?: Value;
}

/** Text and vector of a value to be stored, or of a query. */
export async function embedOne(s: Store, value: Value, query = false): Promise<Extra | Res> {
  const e = s.embedding;
  if (e === null) return {};
  const text = textOf(value, e.field);
  if (text === null) return {};
  const shown: Extra = e.textSearch ? { text } : {};
  if (!e.vectors) return shown;
  const vector = e.own === null ? await builtIn(s, e, text, query) : await custom(s, e, text);
  if (vector instanceof Res) return vector;
  return vector === null ? shown : { ...shown, vector };
}

async function builtIn(s: Store, e: Embedding, text: string, query: boolean): Promise<Value> {
  const args = record({ provider: e.provider, model: e.model, texts: [text] });
  const missing = (): Value =>
    query ? err('Embedding provider not configured but store has embeddings enabled') : null;
  const answer = await hostCall(s.fb, s.site, s.fn, 'embedding.embed', args, { unavailable: missing });
  return Array.isArray(answer) ? (answer[0] ?? null) : answer;
}

async function custom(s: Store, e: Embedding, text: string): Promise<Value> {
  const { fb, d, site } = s;
  if (e.own === null) return null;
  let made: Value;
  try {
    made = await callAsync(e.own.f, fb, d - 1, site, [e.own.batch ? [text] : text]);
  } catch (thrown) {
    if (!e.skipErrors || asHalt(thrown, site).kind === 'stop') throw thrown;
    return null;
  }
  if (made instanceof Res) {
    if (!made.ok) return e.skipErrors ? null : made;
    made = made.val;
  }
  const vector = e.own.batch && Array.isArray(made) ? (made[0] ?? null) : made;
  const problem =
    !Array.isArray(vector) || !vector.every(isNumber)
      ? 'Embedding functions must return a Vec of numbers'
      : vector.length !== e.dimensions
        ? `Embedding vector has ${vector.length} dimensions, expected ${String(e.dimensions)}`
        : null;
  if (problem === null) return vector;
  return e.skipErrors ? null : err(problem);
}
