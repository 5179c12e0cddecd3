import { newId } from '@app/kernel';
import { useDatabase } from '@app/testing';
import { Client } from 'pg';
import { bigints, booleans, byteas, doubles, ints, smallints, texts, uuids } from './array-params';
import { isRowsFault } from './refusal';

describe('array parameters', () => {
  const database = useDatabase();
  let client: Client;

  beforeAll(async () => {
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(() => client.end());

  /** As PostgreSQL read it, in its own words. */
  async function read(type: string, value: Buffer): Promise<(string | null)[]> {
    const { rows } = await client.query<{ v: string | null }>(
      `SELECT v::text AS v FROM unnest($1::${type}[]) WITH ORDINALITY AS t(v, n) ORDER BY n`,
      [value],
    );
    return rows.map(({ v }) => v);
  }

  it('arrive as they were given, nulls among them', async () => {
    const id = newId();
    expect(await read('uuid', uuids([id, null, id.toUpperCase()]))).toEqual([id, null, id]);
    expect(await read('smallint', smallints([0, -1, null, 32_767]))).toEqual(['0', '-1', null, '32767']);
    expect(await read('int', ints([null, -2_147_483_648, 7]))).toEqual([null, '-2147483648', '7']);
    expect(await read('float8', doubles([1_795_615_467_865.25, null]))).toEqual(['1795615467865.25', null]);
    expect(await read('bool', booleans([true, false, null]))).toEqual(['true', 'false', null]);
    expect(await read('bytea', byteas([Buffer.of(0, 255), null, Buffer.alloc(0)]))).toEqual([
      '\\x00ff',
      null,
      '\\x',
    ]);
  });

  it('keep numbers up to the largest safe one, on both sides of zero', async () => {
    const values = [
      0,
      1,
      -1,
      2 ** 32 - 1,
      2 ** 32,
      -(2 ** 32),
      -(2 ** 32) - 1,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ];
    expect(await read('bigint', bigints(values))).toEqual(values.map(String));
  });

  it('keep texts to the letter', async () => {
    const values = ['', '{"a": "b\\"c", "d": [1, null]}', 'NULL', null, 'ä€😀', '\\x', 'a,b{}', "'"];
    expect(await read('text', texts(values))).toEqual(values);
  });

  it('may be empty', async () => {
    expect(await read('uuid', uuids([]))).toEqual([]);
    expect(await read('text', texts([]))).toEqual([]);
  });

  it.each(['', 'abc', '0198-', `${newId()}00`, newId().replace('-', 'g')])('refuse %j as an id', (text) => {
    let failure: unknown;
    try {
      uuids([text]);
    } catch (error) {
      failure = error;
    }
    // Of the row's own making: its group is split, the others go through.
    expect(isRowsFault(failure)).toBe(true);
  });
});
