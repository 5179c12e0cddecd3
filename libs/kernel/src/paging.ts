import { BadRequestError } from './app-error';

export const DEFAULT_PAGE_LIMIT = 20;
export const MAX_PAGE_LIMIT = 500;

/** Which part of a list is wanted. Always within bounds once made by parsePaging. */
export interface Paging {
  readonly limit: number;
  readonly offset: number;
}

/** One part of a list. `total` counts every row that matches, on whatever page. */
export interface Page<T> extends Paging {
  readonly items: readonly T[];
  readonly total: number;
}

const INTEGER = /^[+-]?\d+$/;
/** OFFSET of PostgreSQL is a bigint, ours a safe integer: nobody pages further. */
const MAX_OFFSET = Number.MAX_SAFE_INTEGER;

/** Clamps what a client asked for into bounds. Throws BadRequestError when it is not an integer. */
export function parsePaging(limit: string | undefined, offset: string | undefined): Paging {
  return {
    limit: clamp(parseInteger('limit', limit, DEFAULT_PAGE_LIMIT), 1, MAX_PAGE_LIMIT),
    offset: clamp(parseInteger('offset', offset, 0), 0, MAX_OFFSET),
  };
}

export function pageOf<T>(items: readonly T[], total: number, paging: Paging): Page<T> {
  return { items, total, limit: paging.limit, offset: paging.offset };
}

export function mapPage<A, B>(page: Page<A>, map: (item: A) => B): Page<B> {
  return { ...page, items: page.items.map(map) };
}

function parseInteger(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!INTEGER.test(text)) throw new BadRequestError(`${name} must be an integer`);
  return Number(text);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
