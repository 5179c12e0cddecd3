/** What a map was made with. A handle that asks for something else is refused: entries would be found by half. */
import { StoreRefusedError } from './store.errors';

export const MAX_NAME_CHARS = 255;
const MAX_SETTINGS_CHARS = 4_096;

export interface StoreSettings {
  readonly textSearch: boolean;
  /** JSON of provider, model, dimensions and field, always in this order; null when values are not embedded. */
  readonly embedding: string | null;
}

export const PLAIN: StoreSettings = { textSearch: false, embedding: null };

export function parseStoreName(name: unknown): string {
  if (typeof name !== 'string' || name === '' || [...name].length > MAX_NAME_CHARS) {
    throw new StoreRefusedError('invalid', `the name of a store has 1 to ${MAX_NAME_CHARS} characters`);
  }
  // The database keeps no text with these.
  if (/\0|\p{Cs}/u.test(name)) {
    throw new StoreRefusedError(
      'invalid',
      'the name of a store must be text without NUL and lone surrogates',
    );
  }
  return name;
}

export function settingsOf(textSearch: unknown, embedding: unknown): StoreSettings {
  if (typeof embedding !== 'object' || embedding === null)
    return { textSearch: textSearch === true, embedding: null };
  const { provider = null, model = null, dimensions = null, field = null } = embedding as Embedding;
  const json = JSON.stringify({ provider, model, dimensions, field });
  if (json.length > MAX_SETTINGS_CHARS)
    throw new StoreRefusedError('invalid', 'the embedding options are too long');
  return { textSearch: textSearch === true, embedding: json };
}

export const dimensionsOf = (embedding: string): unknown => (JSON.parse(embedding) as Embedding).dimensions;

interface Embedding {
  readonly provider?: unknown;
  readonly model?: unknown;
  readonly dimensions?: unknown;
  readonly field?: unknown;
}

const MEMBERS = ['provider', 'model', 'dimensions', 'field'] as const;

/** Throws StoreRefusedError when a map with the one can't be used with the other. */
export function requireSame(name: string, has: StoreSettings, asked: StoreSettings): void {
  const exists = `::hot::store/Map '${name}' already exists with`;
  if (has.textSearch !== asked.textSearch) {
    throw new StoreRefusedError(
      'conflict',
      `${exists} text_search ${has.textSearch}, requested ${asked.textSearch}. Recreate the store before changing search mode.`,
    );
  }
  if (has.embedding === asked.embedding || has.embedding === null) return;
  if (asked.embedding === null) {
    throw new StoreRefusedError(
      'conflict',
      `${exists} embeddings on, requested off. Recreate the store before turning embeddings off.`,
    );
  }
  const [before, after] = [has.embedding, asked.embedding].map((json) => JSON.parse(json) as Embedding);
  const differs = MEMBERS.find((each) => before?.[each] !== after?.[each]) ?? 'provider';
  throw new StoreRefusedError(
    'conflict',
    `${exists} embedding ${differs} ${shown(before?.[differs])}, requested ${shown(after?.[differs])}. ` +
      'Recreate the store before changing embeddings.',
  );
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));
