import { computed, inject, signal, type Signal } from '@angular/core';
import type { Facets, Listing, Pagination } from '@app/contracts';
import { fetched, withQuery, type ApiError, type FetchStatus } from '../data';
import type { RangeText } from '../range';
import { Scope } from '../session';
import { PAGE_SIZES } from '../table';
import { choice, integer, text, urlState, type Codec, type Values } from '../url';
import { pageKeys } from './page-keys';

type Filters = Readonly<Record<string, Codec<unknown>>>;

/** What every list has in its address beside its filters. */
interface Place {
  readonly t: Codec<string>;
  readonly from: Codec<string>;
  readonly to: Codec<string>;
  readonly sort: Codec<string>;
  readonly size: Codec<number>;
  readonly cur: Codec<string>;
}

type State<D extends Filters> = Values<D> & Values<Place>;

export interface ListOptions<D extends Filters> {
  /** Below the address of the environment: `runs`. */
  readonly path: string | (() => string);
  readonly filters: D;
  /** Rows per page until somebody chooses. */
  readonly size?: (typeof PAGE_SIZES)[number];
  /** The range of time when the address has none; left out for lists without one. */
  readonly range?: string;
  /** The first one counts when the address has none. */
  readonly sorts?: readonly [string, ...string[]];
  /** What is asked in another way than the filters stand in the address. */
  readonly query?: (state: State<D>) => Readonly<Record<string, string>>;
}

/** The filters of a list and where it stands, without the type of its rows: for the parts around the table. */
export interface ListState {
  readonly size: Signal<number>;
  /** Of the newest answer. */
  readonly page: Signal<Pagination | undefined>;
  /** How many rows there are on the page. */
  readonly count: Signal<number>;
  /** Whether any filter narrows the list; the range of time does not count. */
  readonly filtered: Signal<boolean>;
  /** Undefined: without a range of time. */
  readonly fallbackRange: string | undefined;
  readonly range: Signal<RangeText>;
  /** Parameters of the address that have no known value. */
  readonly ignored: Signal<readonly string[]>;
  changeRange(range: RangeText): void;
  clear(): void;
  lookAtAllTime(): void;
  moveTo(cursor: string): void;
  resize(size: number): void;
}

export interface ListPage<T, D extends Filters> extends ListState {
  readonly values: Signal<State<D>>;
  readonly rows: Signal<readonly T[] | undefined>;
  readonly facets: Signal<Facets | undefined>;
  readonly status: Signal<FetchStatus>;
  readonly error: Signal<ApiError | undefined>;
  /** Rows that came in with the last reload. */
  readonly fresh: Signal<ReadonlySet<string>>;
  /** How many rows wait to be brought in. */
  readonly news: Signal<number>;
  change(change: Partial<Values<D>>): void;
  changeSort(sort: string): void;
  /** Brings in what is new, and says which rows those are. */
  reload(): Promise<void>;
  patch(change: (listing: Listing<T>) => Listing<T>): void;
  /** A row that belongs on the list by its filters has come to be. Counts while the newest rows are shown. */
  announce(id: string, isListed: (row: T) => boolean): void;
}

/**
 * A list whose filters, order and place live in the address: what is asked, what is shown, and the keys r (load again)
 * and F (no filters). Changes of filters begin at the first page. Call it where injection works.
 */
export function listPage<T, D extends Filters>(options: ListOptions<D>): ListPage<T, D> {
  const scope = inject(Scope);
  const { sorts, range: fallbackRange } = options;
  const url = urlState<Filters>({
    ...options.filters,
    t: text(),
    from: text(),
    to: text(),
    sort: sorts === undefined ? text() : choice(sorts, sorts[0]),
    size: integer(options.size ?? 25, PAGE_SIZES),
    cur: text(),
  });
  const values = url.values as Signal<State<D>>; // read by the codecs above
  const list = fetched<Listing<T>>(
    () => {
      const base = scope.api();
      return base === undefined
        ? undefined
        : withQuery(`${base}/${pathOf(options)}`, asked(options, values()));
    },
    { keep: true },
  );
  const waiting = signal<ReadonlySet<string>>(new Set());
  const fresh = signal<ReadonlySet<string>>(new Set());

  const set = (change: object, replace = false): void => {
    waiting.set(new Set());
    fresh.set(new Set());
    url.set({ ...change, cur: '' }, { replace });
  };
  const clear = (): void => set(initial(options.filters));
  const reload = async (): Promise<void> => {
    const news = waiting();
    await list.reload();
    waiting.set(new Set());
    fresh.set(news);
  };
  pageKeys({ reload, clear });

  return {
    values,
    ignored: url.ignored,
    fallbackRange,
    rows: computed(() => list.value()?.data),
    facets: computed(() => list.value()?.facets),
    page: computed(() => list.value()?.pagination),
    count: computed(() => list.value()?.data.length ?? 0),
    size: computed(() => values().size),
    status: list.status,
    error: list.error,
    fresh: fresh.asReadonly(),
    news: computed(() => waiting().size),
    range: computed(() => {
      const { t, from, to } = values();
      return { t, from, to };
    }),
    filtered: computed(() => {
      const known: Record<string, unknown> = values();
      return Object.entries(options.filters).some(([name, codec]) => codec.write(known[name]) !== null);
    }),
    change: (change) => set(change, 'q' in change),
    changeRange: (range) => set(range),
    changeSort: (sort) => set({ sort }),
    clear,
    lookAtAllTime: () => set({ t: 'all', from: '', to: '' }),
    moveTo: (cur) => url.set({ cur }),
    resize: (size) => url.set({ size, cur: '' }),
    reload,
    patch: list.patch,
    announce: (id, isListed) => {
      const { cur, to, sort } = values();
      const isNewest = cur === '' && to === '' && (sorts === undefined || sort === sorts[0]);
      if (isNewest && list.value()?.data.some(isListed) === false)
        waiting.update((ids) => new Set([...ids, id]));
    },
  };
}

const pathOf = ({ path }: { readonly path: string | (() => string) }): string =>
  typeof path === 'string' ? path : path();

function asked<D extends Filters>(options: ListOptions<D>, state: State<D>): Record<string, string | number> {
  const known: Record<string, unknown> = state;
  const query: Record<string, string | number> = {};
  for (const name of Object.keys(options.filters)) query[name] = String(known[name]); // lists come as a,b
  Object.assign(query, options.query?.(state));
  const { sort, size, cur, t, from, to } = state;
  if (options.range !== undefined) {
    const isAbsolute = from !== '' || to !== '';
    Object.assign(query, { from, to, t: isAbsolute ? '' : t === '' ? options.range : t });
  }
  return { ...query, sort, limit: size, cursor: cur, include: 'facets' };
}

function initial(filters: Filters): Record<string, unknown> {
  return Object.fromEntries(Object.entries(filters).map(([name, codec]) => [name, codec.initial]));
}
