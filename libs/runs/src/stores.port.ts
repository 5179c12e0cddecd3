/** Stores of programs, as running needs to know them: calls of the library in, their answers out. */

export const STORE_CALLS = [
  'store.ensure',
  'store.put',
  'store.putIfMissing',
  'store.putMany',
  'store.get',
  'store.delete',
  'store.list',
  'store.edge',
  'store.count',
  'store.search',
  'store.clear',
  'store.destroy',
] as const;

export type StoreCall = (typeof STORE_CALLS)[number];

/** The run on whose behalf a store is used. What it writes counts only while the incarnation has the dispatch row. */
export interface StoreUser {
  readonly orgId: string;
  readonly envId: string;
  readonly dispatchId: string;
  readonly incarnation: string;
}

/** What programs keep in stores. Provided by the lib that keeps it. */
export abstract class RunStores {
  /**
   * JSON in, JSON out; keys and values stay the texts that they are. Rejects with an error whose `code` and `message` the
   * program is told; `cancelled` when the run is no longer its worker's.
   * @param signal of the run: the same in all of its calls
   */
  abstract call(run: StoreUser, name: StoreCall, argsJson: string, signal: AbortSignal): Promise<string>;
}
