import { BadRequestError } from '@app/kernel';

/** Where a keyset page ends: the sort values of its last row, and its id, which breaks ties. */
export interface Cursor {
  readonly id: string;
  readonly keys: readonly (string | number | null)[];
}

/** Opaque to clients. It carries nothing that they could not read in the rows. */
export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.id, ...cursor.keys]), 'utf8').toString('base64url');
}

/** Takes a cursor apart. Throws BadRequestError when it is not one of ours; the number of keys is the list's affair. */
export function decodeCursor(text: string, keyCount: number): Cursor {
  const value = parseJson(Buffer.from(text, 'base64url').toString('utf8'));
  if (!Array.isArray(value) || value.length !== keyCount + 1) throw invalid();
  const [id, ...keys] = value as readonly unknown[];
  if (typeof id !== 'string' || id.length > 200) throw invalid();
  return { id, keys: keys.map(toKey) };
}

function toKey(value: unknown): string | number | null {
  if (value === null || typeof value === 'number') return value;
  if (typeof value === 'string' && value.length <= 300) return value;
  throw invalid();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not ours: answered like every other malformed cursor.
    return undefined;
  }
}

const invalid = (): BadRequestError => new BadRequestError('cursor is not valid');
