/** The same as Jest hooks: called at the top of a describe block or a file. */
import { dropDatabase, freshDatabase, workerDatabase, type TestDatabase } from './database';
import { foundOverlaps, watchForOverlaps } from './overlaps';
import { workerRedis, type TestRedis } from './redis';

const SET_UP_TIMEOUT_MS = 60_000;

/**
 * The worker's database, or with `fresh` a clone of this block's own that is dropped afterwards. What is returned may
 * be read inside hooks and tests only.
 */
export function useDatabase(options: { readonly fresh?: boolean } = {}): TestDatabase {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    watchForOverlaps();
    database = options.fresh ? await freshDatabase() : await workerDatabase();
  }, SET_UP_TIMEOUT_MS);
  afterAll(async () => {
    if (database && options.fresh) await dropDatabase(database);
    expect(foundOverlaps()).toEqual([]);
  }, SET_UP_TIMEOUT_MS);
  const ready = (): TestDatabase => {
    if (!database) throw new Error('useDatabase: the database is there inside hooks and tests, not before.');
    return database;
  };
  return {
    get name() {
      return ready().name;
    },
    get url() {
      return ready().url;
    },
  };
}

/** The worker's Redis. Keys of earlier files of this worker may still be there: use names of your own. */
export const useRedis = (): TestRedis => workerRedis();
