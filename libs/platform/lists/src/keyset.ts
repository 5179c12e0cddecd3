import { decodeCursor, encodeCursor } from './cursor';
import type { ListPage } from './listing';
import type { PagePosition } from './list-query';

/** Where a page of a list that is ordered by id begins, and in which direction to read. */
export interface KeysetStart {
  /** Rows beyond this id, in reading direction. */
  readonly beyond: string | null;
  /** The page before a cursor is read backwards and turned round. */
  readonly backwards: boolean;
  /** Rows before this page. */
  readonly offset: number;
  /** Rows to skip from `beyond`: only without a cursor. */
  readonly skip: number;
  readonly limit: number;
}

export function keysetStart(position: PagePosition): KeysetStart {
  const { limit } = position;
  if (position.cursor === undefined) {
    return { beyond: null, backwards: false, offset: position.offset, skip: position.offset, limit };
  }
  const { id, keys } = decodeCursor(position.cursor, 2);
  const backwards = keys[0] === 'b';
  const offset = typeof keys[1] === 'number' ? Math.max(0, Math.floor(keys[1])) : 0;
  return { beyond: id, backwards, offset, skip: 0, limit };
}

/** Makes a page of what was read: up to `limit + 1` rows from `start`, in reading direction. */
export function keysetPage<T extends object>(
  read: readonly T[],
  start: KeysetStart,
  idOf: (row: T) => string,
  count: { readonly total: number; readonly capped: boolean },
): ListPage<T> {
  const { limit, backwards } = start;
  const more = read.length > limit;
  const taken = read.slice(0, limit);
  const rows = backwards ? taken.reverse() : taken;
  const offset = backwards && !more ? 0 : start.offset;
  const first = rows[0];
  const last = rows.at(-1);
  const hasMore = backwards ? true : more;
  const hasBefore = backwards ? more : start.beyond !== null || start.offset > 0;
  return {
    rows,
    total: count.total,
    totalIsCapped: count.capped,
    limit,
    offset,
    hasMore,
    nextCursor:
      hasMore && last !== undefined
        ? encodeCursor({ id: idOf(last), keys: ['f', offset + rows.length] })
        : null,
    prevCursor:
      hasBefore && first !== undefined
        ? encodeCursor({ id: idOf(first), keys: ['b', Math.max(0, offset - limit)] })
        : null,
  };
}
