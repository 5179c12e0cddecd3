import { newId } from '@app/kernel';
import { StoresHarness, type TestRun } from '@app/stores/testing';
import { useDatabase } from '@app/testing';

const PLAIN = { name: 'n', textSearch: false, embedding: null };

describe('stores of programs', () => {
  const database = useDatabase();
  let harness: StoresHarness;
  let tenant: { readonly orgId: string; readonly envId: string };
  let run: TestRun;

  beforeAll(async () => {
    harness = await StoresHarness.create(database.url);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    tenant = await harness.tenant();
    run = await harness.run(tenant);
  });

  const put = (key: unknown, value: unknown, by = run): Promise<unknown> =>
    by.call('store.put', { name: 'n', key, value });
  const get = (key: unknown, by = run): Promise<unknown> => by.call('store.get', { name: 'n', key });
  const list = (limit = 1_000, offset = 0, by = run): Promise<unknown> =>
    by.call('store.list', { name: 'n', limit, offset });
  const count = (by = run): Promise<unknown> => by.call('store.count', { name: 'n' });
  const keys = async (): Promise<readonly unknown[]> =>
    ((await list()) as readonly { readonly key: unknown }[]).map((entry) => entry.key);

  /** Counters against what is there. */
  async function expectExactCounters(): Promise<void> {
    const [row] = await harness.db.query<{
      entries: number;
      bytes: number;
      counted: number;
      measured: number;
    }>(
      `SELECT (SELECT coalesce(sum(t.entries), 0)::int FROM hot.store_tally t JOIN hot.store_map m USING (store_id)
                WHERE m.org_id = $1) AS entries,
              (SELECT coalesce(sum(t.bytes), 0)::int FROM hot.store_tally t JOIN hot.store_map m USING (store_id)
                WHERE m.org_id = $1) AS bytes,
              count(e.*)::int AS counted,
              coalesce(sum(octet_length(e.key) + octet_length(e.value) + coalesce(octet_length(e.vector), 0)), 0)::int AS measured
         FROM hot.store_map m JOIN hot.store_entry e USING (store_id) WHERE m.org_id = $1`,
      [tenant.orgId],
    );
    expect([row?.entries, row?.bytes]).toEqual([row?.counted, row?.measured]);
  }

  describe('put and get', () => {
    it('gives back what was put, in this run and in others', async () => {
      expect(await put('a', { n: 1 })).toEqual({ n: 1 });
      expect(await get('a')).toEqual({ n: 1 });
      expect(await get('a', await harness.run(tenant))).toEqual({ n: 1 });
      expect(await get('b')).toBeUndefined();
      await put('null', null);
      expect(await get('null')).toBeNull();
    });

    it('keeps the texts of keys and values as they came', async () => {
      const value = '{"b":1.50,"a":12345678901234567890123,"2":1e400,"1":"\\u0000\\ud800","b":[ ]}';
      expect(await run.callJson('store.put', `{"name":"n","key":1.50,"value":${value}}`)).toBe(value);
      expect(await run.callJson('store.get', '{"name":"n","key":1.5}')).toBe(value);
      expect(await run.callJson('store.edge', '{"name":"n","which":"first"}')).toBe(
        `{"key":1.50,"value":${value}}`,
      );
    });

    it('tells 1, 1.0 and "1" apart', async () => {
      for (const key of ['1', '1.0', '"1"']) {
        await run.callJson('store.put', `{"name":"n","key":${key},"value":"${key.length}"}`);
      }
      expect(await run.callJson('store.list', '{"name":"n","limit":9,"offset":0}')).toBe(
        '[{"key":1,"value":"1"},{"key":1.0,"value":"3"},{"key":"1","value":"3"}]',
      );
    });

    it('overwrites in place', async () => {
      await put('a', 1);
      await put('b', 2);
      await put('a', 3);
      expect(await list()).toEqual([
        { key: 'a', value: 3 },
        { key: 'b', value: 2 },
      ]);
      expect(await count()).toBe(2);
      await expectExactCounters();
    });

    it('refuses keys over 2 KiB, values over 10 MiB and names that are none', async () => {
      await expect(put('x'.repeat(2_048), 1)).rejects.toMatchObject({ code: 'invalid' });
      await expect(put('a', 'x'.repeat(10 * 1024 * 1024))).rejects.toMatchObject({ code: 'quota' });
      await expect(run.call('store.put', { name: '', key: 1, value: 1 })).rejects.toMatchObject({
        code: 'invalid',
      });
      await expect(run.call('store.put', { name: 'a\0', key: 1, value: 1 })).rejects.toMatchObject({
        code: 'invalid',
      });
      await put('a', 'x'.repeat(10 * 1024 * 1024 - 2));
      expect(await count()).toBe(1);
    });

    it('nests values as deep as Hot does', async () => {
      const deep = `${'['.repeat(256)}${']'.repeat(256)}`;
      expect(await run.callJson('store.put', `{"name":"n","key":1,"value":${deep}}`)).toBe(deep);
      await run.callJson('store.putMany', `{"name":"n","entries":[{"key":2,"value":${deep}}]}`);
      expect(await run.callJson('store.get', '{"name":"n","key":2}')).toBe(deep);
    });
  });

  describe('put if missing', () => {
    it('has exactly one winner of fifty at the same time, whose value stays', async () => {
      const runs = await Promise.all(Array.from({ length: 50 }, () => harness.run(tenant)));
      const won = await Promise.all(
        runs.map((each, value) => each.call('store.putIfMissing', { name: 'n', key: 'lock', value })),
      );
      expect(won.filter((each) => each === true)).toHaveLength(1);
      expect(await get('lock')).toBe(won.indexOf(true));
      expect(await count()).toBe(1);
      await expectExactCounters();
    });

    it('wins again after a deletion', async () => {
      const claim = (): Promise<unknown> =>
        run.call('store.putIfMissing', { name: 'n', key: 'a', value: null });
      expect([await claim(), await claim()]).toEqual([true, false]);
      await run.call('store.delete', { name: 'n', key: 'a' });
      expect(await claim()).toBe(true);
    });
  });

  describe('order', () => {
    it('is that of insertion; deleted keys come back at the end', async () => {
      for (const key of ['c', 'a', 'b']) await put(key, 1);
      expect(await run.call('store.delete', { name: 'n', key: 'c' })).toBe(true);
      expect(await run.call('store.delete', { name: 'n', key: 'c' })).toBe(false);
      await put('c', 2);
      expect(await keys()).toEqual(['a', 'b', 'c']);
      expect(await run.call('store.edge', { name: 'n', which: 'first' })).toEqual({ key: 'a', value: 1 });
      expect(await run.call('store.edge', { name: 'n', which: 'last' })).toEqual({ key: 'c', value: 2 });
      await expectExactCounters();
    });

    it('holds for entries written together', async () => {
      const entries = Array.from({ length: 200 }, (_, n) => ({ key: (n * 7919) % 200, value: n }));
      await run.call('store.putMany', { name: 'n', entries });
      expect(await keys()).toEqual(entries.map((entry) => entry.key));
    });

    it('is read in pages by position', async () => {
      for (let n = 0; n < 10; n += 1) await put(n, n * n);
      expect(await list(3, 0)).toHaveLength(3);
      expect(await list(3, 3)).toEqual([3, 4, 5].map((n) => ({ key: n, value: n * n })));
      expect(await list(3, 8)).toEqual([8, 9].map((n) => ({ key: n, value: n * n })));
      expect(await list(3, 10)).toEqual([]);
      expect(await list(0, 0)).toEqual([]);
      expect(await list(5, 2, await harness.run(tenant))).toEqual(
        [2, 3, 4, 5, 6].map((n) => ({ key: n, value: n * n })),
      );
    });

    it('of a walk misses nothing when others delete what it has passed', async () => {
      for (let n = 0; n < 6; n += 1) await put(n, n);
      expect(await list(2, 0)).toHaveLength(2);
      await (await harness.run(tenant)).call('store.delete', { name: 'n', key: 0 });
      expect(await list(2, 2)).toEqual([2, 3].map((n) => ({ key: n, value: n })));
    });

    it('is by position again after the run itself deleted', async () => {
      for (let n = 0; n < 6; n += 1) await put(n, n);
      expect(await list(2, 0)).toHaveLength(2);
      await run.call('store.delete', { name: 'n', key: 0 });
      expect(await list(2, 2)).toEqual([3, 4].map((n) => ({ key: n, value: n })));
    });
  });

  describe('many together', () => {
    it('are all written or none', async () => {
      await put('b', 0);
      const bad = { key: 'x'.repeat(3_000), value: 1 };
      const entries = [{ key: 'a', value: 1 }, { key: 'b', value: 2 }, bad];
      await expect(run.call('store.putMany', { name: 'n', entries })).rejects.toMatchObject({
        code: 'invalid',
      });
      expect(await list()).toEqual([{ key: 'b', value: 0 }]);
      await run.call('store.putMany', { name: 'n', entries: entries.slice(0, 2) });
      expect(await list()).toEqual([
        { key: 'b', value: 2 },
        { key: 'a', value: 1 },
      ]);
      await expectExactCounters();
    });

    it('write equal keys once, the last value at the first place', async () => {
      await run.callJson(
        'store.putMany',
        '{"name":"n","entries":[{"key":1.0,"value":"[{\\"}"},{"key":2,"value":2},{"key":1.00,"value":3}]}',
      );
      expect(await run.callJson('store.list', '{"name":"n","limit":9,"offset":0}')).toBe(
        '[{"key":1.0,"value":3},{"key":2,"value":2}]',
      );
      expect(await count()).toBe(2);
    });

    it('in opposite orders at the same time end well', async () => {
      const entries = Array.from({ length: 100 }, (_, n) => ({ key: n, value: 'x'.repeat(n) }));
      const runs = await Promise.all(Array.from({ length: 8 }, () => harness.run(tenant)));
      for (let round = 0; round < 5; round += 1) {
        await Promise.all(
          runs.map((each, index) =>
            each.call('store.putMany', {
              name: 'n',
              entries: index % 2 === 0 ? entries : entries.toReversed(),
            }),
          ),
        );
      }
      expect(await count()).toBe(100);
      await expectExactCounters();
    });
  });

  describe('clear and destroy', () => {
    it('leave nothing, and what comes next begins anew', async () => {
      for (let n = 0; n < 5; n += 1) await put(n, n);
      expect(await run.call('store.clear', { name: 'n' })).toBeNull();
      expect([await count(), await list()]).toEqual([0, []]);
      await put('a', 1);
      expect(await run.call('store.destroy', { name: 'n' })).toBeNull();
      expect([await count(), await get('a')]).toEqual([0, undefined]);
      await put('b', 1);
      expect(await keys()).toEqual(['b']);
      await expectExactCounters();
    });

    it('among writers leave exact counters', async () => {
      const runs = await Promise.all(Array.from({ length: 12 }, () => harness.run(tenant)));
      await Promise.all(
        runs.map(async (each, index) => {
          for (let round = 0; round < 15; round += 1) {
            if (index === 0) await each.call('store.clear', { name: 'n' });
            else if (index === 1 && round % 5 === 0) await each.call('store.destroy', { name: 'n' });
            else if (index < 5) await each.call('store.delete', { name: 'n', key: round % 4 });
            else await put((index + round) % 6, 'v'.repeat(round * index), each);
          }
        }),
      );
      const entries = (await list()) as readonly unknown[];
      expect(await count()).toBe(entries.length);
      await expectExactCounters();
    });

    it('of one map leave others alone', async () => {
      await put('a', 1);
      await run.call('store.put', { name: 'other', key: 'a', value: 2 });
      await run.call('store.destroy', { name: 'other' });
      await run.call('store.clear', { name: 'never made' });
      expect(await get('a')).toBe(1);
    });
  });

  describe('settings', () => {
    const ensure = (more: object, by = run): Promise<unknown> =>
      by.call('store.ensure', { ...PLAIN, ...more });
    const model = { provider: 'local', model: 'bge-base-en-v1.5', dimensions: 768, field: 'content' };

    it('are those of the first use', async () => {
      expect(await ensure({})).toBeNull();
      expect(await ensure({})).toBeNull();
      await expect(ensure({ textSearch: true })).rejects.toMatchObject({
        code: 'conflict',
        message:
          "::hot::store/Map 'n' already exists with text_search false, requested true. Recreate the store before changing search mode.",
      });
    });

    it('let embeddings be turned on, not off, and not be changed', async () => {
      await ensure({});
      await ensure({ embedding: model });
      await ensure({ embedding: { ...model } });
      await expect(ensure({})).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(/embeddings on/),
      });
      await expect(ensure({ embedding: { ...model, field: 'body' } })).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(/embedding field content, requested body/),
      });
    });

    it('may be others after the map was destroyed', async () => {
      await ensure({});
      await run.call('store.destroy', { name: 'n' });
      await ensure({ textSearch: true });
      await expect(ensure({})).rejects.toMatchObject({ code: 'conflict' });
    });

    it('are checked by writes, also when another process changed the map since', async () => {
      await ensure({});
      const other = await StoresHarness.create(database.url);
      const elsewhere = await other.run(tenant);
      await elsewhere.call('store.destroy', { name: 'n' });
      await elsewhere.call('store.ensure', { ...PLAIN, textSearch: true });
      await expect(put('a', 1)).rejects.toMatchObject({ code: 'conflict' });
      await other.close();
    });

    it('of a map made by many at once are the same for all', async () => {
      const runs = await Promise.all(Array.from({ length: 20 }, () => harness.run(tenant)));
      await Promise.all(runs.map((each) => ensure({ textSearch: true }, each)));
      const maps = await harness.db.query('SELECT 1 FROM hot.store_map WHERE env_id = $1', [tenant.envId]);
      expect(maps).toHaveLength(1);
    });
  });

  describe('search', () => {
    const SEARCHED = { ...PLAIN, textSearch: true };
    const search = (query: string, more: object = {}): Promise<unknown> =>
      run.call('store.search', { name: 'n', query, mode: 'keyword', limit: 10, minScore: 0, ...more });
    const found = async (query: string, more: object = {}): Promise<readonly unknown[]> =>
      ((await search(query, more)) as readonly { readonly key: unknown }[]).map((hit) => hit.key);
    const texts = {
      milk: 'Buy Milk and bread',
      both: 'bread, then butter; the milk is in the fridge',
      odd: '100% of a_b \\ Straße',
      short: 'go',
    };

    beforeEach(async () => {
      await run.call('store.ensure', SEARCHED);
      for (const [key, text] of Object.entries(texts))
        await run.call('store.put', { name: 'n', key, value: { text }, text });
      await run.call('store.put', { name: 'n', key: 'none', value: { milk: 'without a text' } });
    });

    it('finds texts that contain the query, whatever the case', async () => {
      expect(await search('MILK AND')).toEqual([{ key: 'milk', value: { text: texts.milk }, score: 1 }]);
      expect(await found('straße')).toEqual(['odd']);
      expect(await found('ilk')).toEqual(['milk', 'both']);
    });

    it('finds all words apart at half the score, after those in one piece', async () => {
      await run.call('store.put', { name: 'n', key: 'late', value: 1, text: 'bread milk' });
      expect(
        await run.callJson('store.search', '{"name":"n","query":"bread milk","mode":"keyword"}'),
      ).toMatch(
        /^\[\{"key":"late","value":1,"score":1\.0\},\{"key":"milk",.*"score":0\.5\},\{"key":"both",.*"score":0\.5\}\]$/,
      );
      expect(await found('bread milk', { minScore: 0.6 })).toEqual(['late']);
      expect(await found('bread milk', { limit: 2 })).toEqual(['late', 'milk']);
    });

    it('takes no character for more than itself', async () => {
      expect(await found('100%')).toEqual(['odd']);
      expect(await found('a_b')).toEqual(['odd']);
      expect(await found('%%%')).toEqual([]);
      expect(await found('\\')).toEqual(['odd']);
      expect(await found('axb')).toEqual([]);
    });

    it('finds words that are too short for the index', async () => {
      expect(await found('go')).toEqual(['short']);
      expect(await found('is')).toEqual(['both']);
      expect(await found('  ')).toEqual([]);
    });

    it('finds what was overwritten by its new text only', async () => {
      await run.call('store.put', { name: 'n', key: 'milk', value: 1, text: 'wine' });
      expect([await found('milk and'), await found('wine')]).toEqual([[], ['milk']]);
      await run.call('store.delete', { name: 'n', key: 'milk' });
      expect(await found('wine')).toEqual([]);
    });

    it('stays within its map', async () => {
      await run.call('store.ensure', { ...SEARCHED, name: 'other' });
      expect(await run.call('store.search', { name: 'other', query: 'milk', mode: 'keyword' })).toEqual([]);
    });

    it('is refused in maps without text search', async () => {
      await run.call('store.ensure', { ...PLAIN, name: 'plain' });
      await expect(search('milk', { name: 'plain' })).rejects.toMatchObject({
        message: 'keyword search requires text-search: true',
      });
    });
  });

  describe('search by meaning, of what programs embed themselves', () => {
    const embedding = { provider: 'custom', model: null, dimensions: 2, field: 'content' };
    const search = (vector: readonly number[], more: object = {}): Promise<string> =>
      run.callJson(
        'store.search',
        JSON.stringify({
          name: 'n',
          query: 'milk',
          vector,
          mode: 'semantic',
          limit: 10,
          minScore: 0,
          ...more,
        }),
      );

    beforeEach(async () => {
      await run.call('store.ensure', { name: 'n', textSearch: true, embedding });
      await run.call('store.put', { name: 'n', key: 'up', value: 1, vector: [0, 2], text: 'up' });
      const many = [
        { key: 'right', value: 2, vector: [1, 0], text: 'right' },
        { key: 'between', value: 3, vector: [1.5, 1.5], text: 'milk' },
        { key: 'nowhere', value: 4 },
      ];
      await run.call('store.putMany', { name: 'n', entries: many });
    });

    it('finds the nearest first', async () => {
      expect(await search([5, 0])).toBe(
        '[{"key":"right","value":2,"score":1.0},{"key":"between","value":3,"score":0.707107},{"key":"up","value":1,"score":0.0}]',
      );
      expect(await search([5, 0], { limit: 1 })).toBe('[{"key":"right","value":2,"score":1.0}]');
      expect(await search([0, 1], { minScore: 0.9 })).toBe('[{"key":"up","value":1,"score":1.0}]');
      await expectExactCounters();
    });

    it('together with words takes the better of both', async () => {
      expect(await search([0, 1], { mode: 'hybrid', minScore: 0.5 })).toBe(
        '[{"key":"up","value":1,"score":1.0},{"key":"between","value":3,"score":1.0}]',
      );
    });

    it('forgets the vector of what was overwritten or deleted', async () => {
      await run.call('store.put', { name: 'n', key: 'right', value: 5 });
      await run.call('store.delete', { name: 'n', key: 'between' });
      expect(await search([1, 0])).toBe('[{"key":"up","value":1,"score":0.0}]');
      await expectExactCounters();
    });

    it('refuses vectors of another size', async () => {
      await expect(
        run.call('store.put', { name: 'n', key: 'a', value: 1, vector: [1, 2, 3] }),
      ).rejects.toMatchObject({ code: 'invalid', message: 'Embedding vector has 3 dimensions, expected 2' });
      expect(await search([1, 2, 3])).toBe('[]');
    });

    it('reads more than fits in one page of vectors', async () => {
      for (let from = 0; from < 5_000; from += 1_000) {
        const entries = Array.from({ length: 1_000 }, (_, n) => ({
          key: from + n,
          value: n,
          vector: [1, from + n + 1],
        }));
        await run.call('store.putMany', { name: 'n', entries });
      }
      const [first, second] = JSON.parse(await search([0, 1], { limit: 2 })) as { key: unknown }[];
      expect([first?.key, second?.key]).toEqual(['up', expect.any(Number)]);
    });
  });

  describe('for others', () => {
    it('are those of their own environment, under the same name [P4]', async () => {
      await put('a', 'ours');
      const neighbour = await harness.run({ orgId: tenant.orgId, envId: await harness.env(tenant.orgId) });
      const stranger = await harness.run(await harness.tenant());
      for (const other of [neighbour, stranger]) {
        expect([await get('a', other), await count(other), await list(9, 0, other)]).toEqual([
          undefined,
          0,
          [],
        ]);
        await put('a', 'theirs', other);
        await other.call('store.delete', { name: 'n', key: 'b' });
        await other.call('store.clear', { name: 'n' });
        await other.call('store.destroy', { name: 'n' });
      }
      expect([await get('a'), await count()]).toEqual(['ours', 1]);
    });

    it('can not be written by a run that says it is of this environment and is not', async () => {
      await put('a', 'ours');
      const stranger = await harness.run(await harness.tenant());
      const { app } = harness;
      const { RunStores } = await import('@app/runs');
      const liar = { ...tenant, dispatchId: stranger.dispatchId, incarnation: stranger.incarnation };
      const { signal } = new AbortController();
      await expect(
        app.get(RunStores).call(liar, 'store.put', '{"name":"n","key":"a","value":1}', signal),
      ).rejects.toMatchObject({ code: 'cancelled' });
      expect(await get('a')).toBe('ours');
    });
  });

  describe('of a run that its worker has lost', () => {
    const WRITES = [
      ['store.ensure', { ...PLAIN, name: 'new' }],
      ['store.put', { name: 'n', key: 'a', value: 2 }],
      ['store.put', { name: 'new', key: 'a', value: 2 }],
      ['store.putIfMissing', { name: 'n', key: 'b', value: 2 }],
      ['store.putMany', { name: 'n', entries: [{ key: 'b', value: 2 }] }],
      ['store.delete', { name: 'n', key: 'a' }],
      ['store.clear', { name: 'n' }],
      ['store.destroy', { name: 'n' }],
    ] as const;
    const LOSSES = [
      [
        'whose lease ended',
        `UPDATE hot.worker_lease SET expires_at = now() WHERE incarnation = $2 AND $1::uuid IS NOT NULL`,
      ],
      [
        'that was given to another',
        `UPDATE hot.dispatch SET incarnation = $3 WHERE dispatch_id = $1 AND incarnation = $2`,
      ],
      [
        'that waits for its next attempt',
        `UPDATE hot.dispatch SET state = 3 WHERE dispatch_id = $1 AND incarnation = $2`,
      ],
      ['that is over', `DELETE FROM hot.dispatch WHERE dispatch_id = $1 AND incarnation = $2`],
    ] as const;

    it.each(LOSSES)('or rather %s, nothing is written', async (_, loss) => {
      await put('a', 1);
      const late = await harness.run(tenant);
      await late.call('store.ensure', PLAIN);
      const values: unknown[] = [late.dispatchId, late.incarnation];
      await harness.db.execute(loss, loss.includes('$3') ? [...values, newId()] : values);
      for (const [name, args] of WRITES) {
        await expect(late.call(name, args)).rejects.toMatchObject({ code: 'cancelled' });
      }
      expect(await list()).toEqual([{ key: 'a', value: 1 }]);
      const maps = await harness.db.query('SELECT 1 FROM hot.store_map WHERE env_id = $1', [tenant.envId]);
      expect(maps).toHaveLength(1);
    });
  });

  describe('limits', () => {
    it('refuse what is more than an organization may keep, until something is deleted', async () => {
      const small = await StoresHarness.create(database.url, { HOT_STORES_MAX_BYTES: '1000' });
      const own = await small.run(await small.tenant());
      await put('a', 'x'.repeat(600), own);
      await expect(put('b', 'x'.repeat(600), own)).rejects.toMatchObject({
        code: 'quota',
        message: expect.stringMatching(/the stores of the organization are full: \d+ of 1000 bytes/),
      });
      await put('b', 'x'.repeat(200), own);
      expect(await count(own)).toBe(2);
      // Another organization has a limit of its own.
      await put('a', 'x'.repeat(900), await small.run(await small.tenant()));
      await small.close();
    });

    it('refuse a page that no program could take, and give smaller ones', async () => {
      for (let n = 0; n < 3; n += 1) await put(n, 'x'.repeat(9 * 1024 * 1024));
      await expect(list()).rejects.toMatchObject({ code: 'quota' });
      expect(await list(2)).toHaveLength(2);
    });
  });
});
