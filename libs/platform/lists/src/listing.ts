import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { bare, type BareAnswer } from '@app/platform/http';
import type { FastifyRequest } from 'fastify';
import { offsetCursor } from './list-query';

/** How far totals are counted where no counter knows the answer. */
export const COUNT_CAP = 10_000;

/** One page of a list of the app. */
export interface ListPage<T extends object> {
  readonly rows: readonly T[];
  readonly total: number;
  readonly totalIsCapped: boolean;
  readonly limit: number;
  readonly offset: number;
  readonly hasMore: boolean;
  readonly nextCursor: string | null;
  readonly prevCursor: string | null;
}

export type FacetCounts = Readonly<
  Record<string, readonly { readonly value: string; readonly count: number }[]>
>;

/** Id of the request, for answers that carry their own `meta`. */
export const RequestId = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => context.switchToHttp().getRequest<FastifyRequest>().id,
);

/** The body of a list. `nowMs` is the moment that its relative range was computed from. */
export function listing<T extends object>(
  page: ListPage<T>,
  facts: { readonly requestId: string; readonly nowMs: number; readonly facets?: FacetCounts | undefined },
): BareAnswer {
  return bare({
    data: page.rows,
    pagination: {
      total: page.totalIsCapped ? COUNT_CAP : page.total,
      total_is_capped: page.totalIsCapped,
      limit: page.limit,
      offset: page.offset,
      has_more: page.hasMore,
      next_cursor: page.nextCursor,
      prev_cursor: page.prevCursor,
    },
    ...(facts.facets === undefined ? {} : { facets: facts.facets }),
    meta: {
      request_id: facts.requestId,
      timestamp: new Date().toISOString(),
      now: new Date(facts.nowMs).toISOString(),
    },
  });
}

export const mapRows = <A extends object, B extends object>(
  page: ListPage<A>,
  map: (row: A) => B,
): ListPage<B> => ({
  ...page,
  rows: page.rows.map(map),
});

/** A list that is short by nature and paged by offset. `rows` may hold one row more than the page. */
export function offsetPage<T extends object>(
  rows: readonly T[],
  total: number,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): ListPage<T> {
  return {
    rows: rows.slice(0, limit),
    total,
    totalIsCapped: false,
    limit,
    offset,
    hasMore: offset + limit < total,
    nextCursor: offset + limit < total ? offsetCursor(offset + limit) : null,
    prevCursor: offset > 0 ? offsetCursor(Math.max(0, offset - limit)) : null,
  };
}
