import { Client } from 'pg';
import { dropDatabase, freshDatabase, useDatabase, workerDatabase } from './index';

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const TABLES = `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;

describe('databases for tests', () => {
  const shared = useDatabase();

  it('are the same for all files of a Jest worker', async () => {
    expect((await workerDatabase()).url).toBe(shared.url);
  });

  it('have the tables of the migrations', async () => {
    const [row] = await query(shared.url, TABLES);
    expect(row?.['n']).toBeGreaterThan(5);
  });

  it('can be fresh: what one writes the other does not see, and it is gone when dropped', async () => {
    const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
    await query(one.url, 'CREATE TABLE only_here (n int)');
    const [found] = await query(other.url, `SELECT to_regclass('only_here') AS name`);
    expect(found?.['name']).toBeNull();
    await Promise.all([dropDatabase(one), dropDatabase(other)]);
    await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
  });
});
