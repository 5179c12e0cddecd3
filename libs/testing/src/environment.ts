/** Where the throw-away servers of this test run are. `npm test` and `scripts/with-services.mjs` set these. */
const HOW = 'Run the tests with `npm test`, or this command through `node scripts/with-services.mjs`.';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: there are no servers to test against. ${HOW}`);
  return value;
}

/** PostgreSQL as its administrator: for creating and dropping databases. */
export const adminDatabaseUrl = (): string => required('TEST_DATABASE_URL');

/** The migrated database that others are cloned from. Nothing may connect to it while a clone is made. */
export const templateDatabase = (): string => required('TEST_TEMPLATE_DB');

export const redisServerUrl = (): string => required('TEST_REDIS_URL');

/** Number of the Jest worker, from 1. Files of one worker run one after the other. */
export const workerNumber = (): number => Number(process.env['JEST_WORKER_ID'] ?? 1);
