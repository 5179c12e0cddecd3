/** Stores from outside: programs keep things in them, and other runs find them. */
import { join } from 'node:path';
import { call, SseReader, type Run } from '../support/api';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/stores');

describe('stores', () => {
  let platform: Platform;
  let api: string;
  let key: string;

  beforeAll(async () => {
    platform = await startPlatform({ workers: 2 });
    ({ api, key } = platform);
    await call(api, '/v1/projects', { key, body: { name: 'stores' } });
    await platform.hot(['deploy'], FIXTURE);
  }, 120_000);
  afterAll(() => platform.stop());

  const run = async (event_type: string, event_data: unknown = null): Promise<Run | undefined> => {
    const sse = await SseReader.open(api, '/v1/streams/subscribe-with-event', key, {
      event_type,
      event_data,
    });
    const end = await sse.until((message) => message.type === 'run:stop' || message.type === 'run:fail');
    sse.close();
    return end.run;
  };
  const result = async (event_type: string, event_data: unknown = null): Promise<unknown> => {
    const end = await run(event_type, event_data);
    if (end?.status !== 'succeeded')
      throw new Error(`the run did not succeed: ${JSON.stringify(end?.result)}`);
    return end.result;
  };

  it('keep for the next run what one has put', async () => {
    expect(await result('stores:get', { key: 'a' })).toBe('default');
    expect(await result('stores:put', { key: 'a', value: { n: [1, null, 'ü🌊'] } })).toEqual({
      n: [1, null, 'ü🌊'],
    });
    expect(await result('stores:get', { key: 'a' })).toEqual({ n: [1, null, 'ü🌊'] });
  });

  it('tell kinds of keys apart, and give typed values back as they were', async () => {
    expect(await result('stores:kinds')).toMatchObject({
      one: 'Int',
      dec: 'Dec',
      text: 'Str',
      money: true,
      amount: 1.5,
      length: 5,
    });
    const rows = await platform.query<{ value: string }>(
      `SELECT value FROM hot.store_entry WHERE value LIKE '%Money%'`,
    );
    expect(rows).toEqual([
      { value: '{"$type":"::stores::fixture/Money","$val":{"amount":1.50,"currency":"EUR"}}' },
    ]);
  });

  it('have one winner among runs that claim the same thing at once', async () => {
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, who) => result('stores:claim', { key: 'lock', who })),
    );
    expect(claims.filter((each) => each === true)).toHaveLength(1);
    expect(await result('stores:get', { key: 'lock' })).toBe(claims.indexOf(true));
  });

  it('are written together, read in order and walked to the end', async () => {
    expect(await result('stores:many')).toEqual({
      written: 2_500,
      length: 2_499,
      first: { key: 1, value: 1 },
      last: { key: 2_499, value: 2_499 ** 2 },
      sum: (2_499 * 2_500) / 2,
      even: 1_249,
      found: { key: 1_001, value: 1_002_001 },
      slice: [2_498, 2_499].map((n) => ({ key: n, value: n * n })),
      page: [1_001, 1_002].map((n) => ({ key: n, value: n * n })),
      all: true,
    });
  });

  it('are searched by what texts contain', async () => {
    expect(await result('stores:search', { query: 'MILK' })).toEqual([
      ['a', 1],
      ['b', 1],
      ['d', 1],
    ]);
    expect(await result('stores:search', { query: 'bread milk' })).toEqual([['a', 0.5]]);
    expect(await result('stores:search', { query: 'cheese' })).toEqual([]);
  });

  it('are not searched by meaning, which nobody here understands, and keep the values', async () => {
    expect(await result('stores:meaning')).toEqual({
      kept: 'hello',
      search: 'Embedding provider not configured but store has embeddings enabled',
      without: 'Semantic search requires an embedding',
    });
  });

  it('are searched by meaning where the program embeds texts itself', async () => {
    expect(await result('stores:embed', { query: 'short' })).toEqual({ keys: ['short', 'long'], best: 1 });
    expect(await result('stores:embed', { query: 'what is asked at greater length than' })).toEqual({
      keys: ['long', 'short'],
      best: 1,
    });
  });

  it('refuse handles with other settings', async () => {
    await result('stores:search', { query: 'milk' });
    const end = await run('stores:change');
    expect(end?.status).toBe('failed');
    expect(JSON.stringify(end?.result)).toContain(
      "::hot::store/Map 'notes' already exists with text_search true, requested false.",
    );
  });

  it('are walked also when their values are large, a page of them is refused', async () => {
    expect(await result('stores:large')).toEqual({
      keys: 30,
      list: expect.stringMatching(
        /^::hot::store\/list: these entries have more than 25165824 bytes together/,
      ),
    });
  }, 60_000);

  it('are gone when they were destroyed, and begin anew', async () => {
    expect(await result('stores:end')).toEqual({ empty: true, keys: ['new'], vals: [2] });
    const [row] = await platform.query<{ wrong: number }>(
      `SELECT count(*)::int AS wrong FROM hot.store_map m
        WHERE (SELECT coalesce(sum(entries), 0) FROM hot.store_tally t WHERE t.store_id = m.store_id)
           <> (SELECT count(*) FROM hot.store_entry e WHERE e.store_id = m.store_id)`,
    );
    expect(row?.wrong).toBe(0);
  });
});
