import { BadRequestError } from '@app/kernel';
import { z } from 'zod';
import { parseTimeRange, snapRange, type TimeRange } from './time-range';

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 25;
const MAX_VALUES = 50;

/** What every list of the app can be asked for, as it arrives. */
export const listQueryShape = {
  q: z.string().max(500).optional(),
  t: z.string().max(20).optional(),
  from: z.string().max(40).optional(),
  to: z.string().max(40).optional(),
  sort: z.string().max(40).optional(),
  limit: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .optional()
    .meta({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }),
  offset: z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .optional()
    .meta({ type: 'integer', minimum: 0, default: 0 }),
  cursor: z.string().max(1000).optional(),
  include: z.string().max(100).optional(),
};

/** Which part of a list: by cursor, which wins, or by offset. */
export interface PagePosition {
  readonly limit: number;
  readonly offset: number;
  readonly cursor: string | undefined;
}

export function pagePosition(query: {
  readonly limit?: string | undefined;
  readonly offset?: string | undefined;
  readonly cursor?: string | undefined;
}): PagePosition {
  const limit = query.limit === undefined ? DEFAULT_LIMIT : Number(query.limit);
  const offset = OFFSET_CURSOR.exec(query.cursor ?? '')?.[1];
  return {
    limit: Math.min(Math.max(limit, 1), MAX_LIMIT),
    offset: Number(offset ?? query.offset ?? 0),
    cursor: query.cursor === '' || offset !== undefined ? undefined : query.cursor,
  };
}

/** Cursor of a list that is paged by offset: to whoever turns the pages, all lists are alike. */
export const offsetCursor = (offset: number): string => `o${offset}`;
const OFFSET_CURSOR = /^o(\d{1,12})$/;

/** The range of a list. A relative one begins at a whole bucket of the counters, so that rows and totals agree. */
export function listRange(
  query: {
    readonly t?: string | undefined;
    readonly from?: string | undefined;
    readonly to?: string | undefined;
  },
  nowMs: number,
  fallback = '24h',
): TimeRange {
  return snapRange(parseTimeRange(query, nowMs, fallback));
}

export const wantsFacets = (query: { readonly include?: string | undefined }): boolean =>
  (query.include ?? '').split(',').includes('facets');

/** A multi-value filter: these, or all but these. */
export interface ValueFilter<T extends string = string> {
  readonly values: readonly T[];
  readonly negated: boolean;
}

/** Reads "a,b" or "!a,b". undefined when nothing was asked for. Throws BadRequestError on values that do not exist. */
export function parseValues<const T extends string>(
  name: string,
  text: string | undefined,
  known: readonly T[],
): ValueFilter<T> | undefined {
  const filter = parseFreeValues(name, text);
  if (filter === undefined) return undefined;
  const wrong = filter.values.find((value) => !(known as readonly string[]).includes(value));
  if (wrong !== undefined) throw new BadRequestError(`${name} must be one of ${known.join(', ')}`);
  return filter as ValueFilter<T>; // every value was found in the list
}

/** The same for values that are not a closed list. */
export function parseFreeValues(name: string, text: string | undefined): ValueFilter | undefined {
  if (text === undefined || text === '') return undefined;
  const negated = text.startsWith('!');
  const values = (negated ? text.slice(1) : text)
    .split(',')
    .map((value) => value.trim().replace(/^!/, ''))
    .filter((value) => value !== '');
  if (values.length === 0) return undefined;
  if (values.length > MAX_VALUES) throw new BadRequestError(`${name} takes at most ${MAX_VALUES} values`);
  return { values, negated };
}

/** The values of a closed list that a filter lets through; all of them without a filter. */
export function chosenValues<T extends string>(
  known: readonly T[],
  filter: ValueFilter<T> | undefined,
): readonly T[] {
  if (filter === undefined) return known;
  return known.filter((value) => filter.values.includes(value) !== filter.negated);
}
