/** Which entries of a store are nearest to a query. All of them are looked at: a local store is small. */
import type { Row } from './database';

export type SearchMode = 'semantic' | 'keyword' | 'hybrid';

export interface Search {
  readonly mode: SearchMode;
  readonly query: string;
  /** Absent where nothing can make one. */
  readonly vector: readonly number[] | null;
  readonly limit: number;
  readonly minScore: number;
}

export interface Hit {
  readonly row: Row;
  /** A Dec as it is written. */
  readonly score: string;
}

/** Single precision is what built-in models give, and half the size. */
export function vectorBytes(vector: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(vector).buffer);
}

/** Texts are searched without regard to case, in one Unicode form. */
export const searchable = (text: string): string => text.toWellFormed().normalize('NFC').toLowerCase();

/** Best first; equals in the order of the store. */
export function bestOf(rows: readonly Row[], search: Search): readonly Hit[] {
  const query = searchable(search.query).trim();
  const wanted = search.vector === null ? null : Float32Array.from(search.vector);
  const scored = rows.flatMap((row): readonly { readonly row: Row; readonly score: number }[] => {
    const near = search.mode === 'keyword' || wanted === null ? null : nearness(row['vector'], wanted);
    const contains = search.mode === 'semantic' ? null : containment(row['words'], query);
    if (near === null && contains === null) return [];
    const score = Math.max(near ?? -1, contains ?? -1);
    return score >= search.minScore ? [{ row, score }] : [];
  });
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, search.limit)
    .map(({ row, score }) => ({ row, score: decText(score) }));
}

/** The query in one piece, or all its words somewhere; null when neither. */
function containment(words: Row[string] | undefined, query: string): number | null {
  if (typeof words !== 'string' || query === '') return null;
  if (words.includes(query)) return 1;
  return query.split(/\s+/u).every((word) => words.includes(word)) ? 0.5 : null;
}

/** The cosine; null where there is nothing to compare. */
function nearness(stored: Row[string] | undefined, wanted: Float32Array): number | null {
  if (!(stored instanceof Uint8Array)) return null;
  const vector = new Float32Array(stored.slice().buffer);
  if (vector.length !== wanted.length) return null;
  let dot = 0;
  let own = 0;
  let other = 0;
  for (let i = 0; i < vector.length; i++) {
    const [x = 0, y = 0] = [vector[i], wanted[i]];
    dot += x * y;
    own += x * x;
    other += y * y;
  }
  return own === 0 || other === 0 ? 0 : dot / Math.sqrt(own * other);
}

/** Scores are Decs, whole ones too. Six digits are more than single precision is sure of. */
function decText(score: number): string {
  const text = score.toFixed(6).replace(/0+$/, '');
  return text.endsWith('.') ? `${text}0` : text;
}
