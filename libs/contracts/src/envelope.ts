/** The shapes every answer of `/admin/v1` has. Times are ISO 8601 in UTC; fields ending in `_us` are whole microseconds. */

export interface Meta {
  readonly request_id: string;
  readonly timestamp: string;
}

export interface Single<T> {
  readonly data: T;
  readonly meta: Meta;
}

export interface Pagination {
  /** Rows that match, on whatever page. */
  readonly total: number;
  /** True when counting stopped at 10,000: `total` is then 10000 and there are more. */
  readonly total_is_capped: boolean;
  readonly limit: number;
  /** Rows before this page, also when it was asked for by cursor. */
  readonly offset: number;
  readonly has_more: boolean;
  /** Opaque. Pages taken by cursor do not shift while rows are added. null: no such page. */
  readonly next_cursor: string | null;
  readonly prev_cursor: string | null;
}

export interface ListMeta extends Meta {
  /** The one moment that relative ranges of this answer were computed from. */
  readonly now: string;
}

/** Counts per value of a filter, each under the other filters. Present when asked for with `include=facets`. */
export type Facets = Readonly<Record<string, readonly FacetValue[]>>;

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

export interface Listing<T> {
  readonly data: readonly T[];
  readonly pagination: Pagination;
  readonly facets?: Facets;
  readonly meta: ListMeta;
}

export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly request_id: string;
    /** Seconds, on 429. */
    readonly retry_after?: number;
  };
}

/**
 * How every list is asked for. Multi-value parameters are comma-separated. `t` is a relative range ("15m", "24h",
 * "7d", "all"); `from`/`to` are ISO 8601 with an offset and win. `cursor` wins over `offset`.
 */
export interface ListQuery {
  readonly q?: string;
  readonly t?: string;
  readonly from?: string;
  readonly to?: string;
  /** Field name, `-` in front for descending. */
  readonly sort?: string;
  readonly limit?: number;
  readonly offset?: number;
  readonly cursor?: string;
  readonly include?: 'facets';
}

/**
 * A stored value as JSON text, exactly as kept: parsing it on the server would change big numbers and key order.
 * `json` is cut at 256 KiB; `bytes` is the whole size. The whole text is at the same address with `/raw` appended
 * (an attachment).
 */
export interface ValueText {
  readonly json: string;
  readonly bytes: number;
  readonly truncated: boolean;
}

/** Whether an action is open, and if not, the sentence that says why. */
export interface Can {
  readonly ok: boolean;
  readonly reason?: string;
}

export interface PersonRef {
  readonly user_id: string;
  readonly name: string;
}
