import { Client } from 'pg';
import { foundOverlaps } from './overlaps';
import { useDatabase } from './use';

describe('a client of the database', () => {
  const database = useDatabase();

  it('that is asked while it is busy is found', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('SELECT 1');
    expect(foundOverlaps()).toEqual([]);
    await Promise.all([1, 2, 3].map((n) => client.query('SELECT $1::int', [n])));
    await client.end();
    expect(foundOverlaps()).toEqual([expect.stringContaining('overlaps.int.spec.ts')]);
  });
});
