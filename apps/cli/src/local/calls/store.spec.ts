import { errorOf, valueOf } from '../../testing/evaluating';
import { Workspace } from '../../testing/workspace';
import { LocalDatabase } from './database';
import { LocalStore } from './store';

const HEAD = '::store ::hot::store\nn ::store/Map({name: "n"})\n';
const EMBEDDED = `::store ::hot::store
embed fn (text: Str) { [length(text), 1] }
n ::store/Map({name: "n", embedding: Embedding({embed-fn: embed, dimensions: 2, text-search: true})})
`;

describe('stores on this machine', () => {
  let place: Workspace;
  const value = (code: string): Promise<unknown> => valueOf(place, HEAD + code);
  const error = (code: string): Promise<string> => errorOf(place, `do {\n${HEAD}${code}\n}`);
  beforeEach(async () => {
    place = await Workspace.make('project');
    await place.put('hot.hot', '::hot::conf ns\nhot.set.project "shop"\n');
  });
  afterEach(() => place.remove());

  it('outlive the run, in the order of insertion, value for value', async () => {
    await value(
      'do { ::store/put(n, "b", {price: 1.50, "2": 1, "1": 2}) ::store/put(n, 7, null) ::store/put(n, "a", [1]) }',
    );
    await value('::store/put(n, "b", {price: 2.50, "2": 1, "1": 2})');
    expect(await value('to-json(::store/list(n))')).toBe(
      '[{"key":"b","value":{"price":2.50,"2":1,"1":2}},{"key":7,"value":null},{"key":"a","value":[1]}]',
    );
    expect(await value('[::store/first(n).key, ::store/last(n).key, ::store/length(n)]')).toEqual([
      'b',
      'a',
      3,
    ]);
    const read =
      '[::store/get(n, "none"), ::store/get(n, "none", 5), ::store/get(n, 7), ::store/get(n, 7, "default")]';
    expect(await value(read)).toEqual([null, 5, null, null]);
  });

  it('know a key by its value, not by how it is written', async () => {
    await value(
      'do { ::store/put(n, {a: 1, b: 1.50}, "map") ::store/put(n, 1, "int") ::store/put(n, 1.0, "dec") }',
    );
    const get =
      '[::store/get(n, {b: 1.5, a: 1}), ::store/get(n, 1), ::store/get(n, 1.00), ::store/get(n, "1")]';
    expect(await value(get)).toEqual(['map', 'int', 'dec', null]);
  });

  it('keep typed values and bytes', async () => {
    const types = 'Point type { x: Int }\n';
    await value(`${types}::store/put(n, "p", Point({x: 1}))`);
    expect(await value(`${types}is-type(::store/get(n, "p"), Point)`)).toBe(true);
    await value('::store/put(n, "b", Bytes("hé"))');
    expect(await value('eq(::store/get(n, "b"), Bytes("hé"))')).toBe(true);
  });

  it('take what is missing, give what was deleted, and count what is written', async () => {
    expect(
      await value(
        '[::store/put-if-missing(n, 1, "a"), ::store/put-if-missing(n, 1, "b"), ::store/get(n, 1)]',
      ),
    ).toEqual([true, false, 'a']);
    expect(await value('[::store/delete(n, 1), ::store/delete(n, 1), ::store/is-empty(n)]')).toEqual([
      true,
      false,
      true,
    ]);
    expect(await value('[::store/merge(n, {a: 1, b: 2, c: 3}), ::store/keys(n), ::store/vals(n)]')).toEqual([
      3,
      ['a', 'b', 'c'],
      [1, 2, 3],
    ]);
    expect(await value('::store/list(n, {limit: 1, offset: 1})')).toEqual([{ key: 'b', value: 2 }]);
    expect(await value('::store/slice(n, -2)')).toHaveLength(2);
  });

  it('are walked from end to end', async () => {
    await value('map(range(2500), (i) { ::store/put(n, i, mul(i, 2)) })');
    expect(await value('::store/reduce(n, (acc, k, v) { add(acc, 1) }, 0)')).toBe(2_500);
    expect(await value('::store/filter(n, (k, v) { gt(k, 2497) })')).toEqual([
      { key: 2_498, value: 4_996 },
      { key: 2_499, value: 4_998 },
    ]);
  });

  it('are emptied, and destroyed with their settings', async () => {
    await value('::store/put(n, 1, 1)');
    expect(await value('[::store/clear(n), ::store/length(n)]')).toEqual([true, 0]);
    const other = 't ::store/Map({name: "n", embedding: Embedding({text-search: true})})\n';
    expect(await error(`${other}::store/length(t)`)).toBe(
      "::hot::store/Map 'n' already exists with text_search false, requested true. Recreate the store before changing search mode.",
    );
    expect(await value(`${other}[::store/destroy(n), ::store/put(t, 1, "x"), ::store/length(t)]`)).toEqual([
      true,
      'x',
      1,
    ]);
    expect(await error('::store/length(n)')).toContain('text_search true, requested false');
  });

  it('may be embedded later, and not otherwise after that', async () => {
    const handle = (options: string): string =>
      `m ::store/Map({name: "m"${options === '' ? '' : `, embedding: Embedding({${options}})`}})\n::store/length(m)`;
    expect(await value(handle(''))).toBe(0);
    expect(await value(handle('model: "bge-small-en-v1.5"'))).toBe(0);
    expect(await error(handle(''))).toContain('embeddings on, requested off. Recreate the store');
    expect(await error(handle('model: "bge-large-en-v1.5"'))).toContain(
      'embedding model bge-small-en-v1.5, requested bge-large-en-v1.5',
    );
    expect(await error(handle('model: "bge-small-en-v1.5", field: "body"'))).toContain(
      'embedding field content',
    );
  });

  it('find texts by what they contain', async () => {
    const text = 't ::store/Map({name: "t", embedding: Embedding({text-search: true})})\n';
    await value(
      `${text}do { ::store/put(t, 1, "Buy MILK now") ::store/put(t, 2, {content: "milk and eggs"}) ::store/put(t, 3, {other: "milk"}) }`,
    );
    const search = (query: string, more = ''): Promise<unknown> =>
      value(`${text}map(::store/search(t, "${query}", {mode: "keyword"${more}}), (h) { [h.key, h.score] })`);
    expect(await search('milk')).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(await search('eggs milk')).toEqual([[2, 0.5]]);
    expect(await search('eggs milk', ', min-score: 0.6')).toEqual([]);
    expect(await search('milk', ', limit: 1')).toEqual([[1, 1]]);
    const isDec = `is-type(first(::store/search(t, "milk", {mode: "keyword"})).score, Dec)`;
    expect(await value(text + isDec)).toBe(true);
    for (const mode of ['keyword', 'hybrid'])
      expect(await error(`::store/search(n, "milk", {mode: "${mode}"})`)).toContain(
        'requires text-search: true',
      );
    expect(await error('::store/search(n, "milk")')).toContain('Semantic search requires an embedding');
  });

  it('find what is nearest by the vectors of a program', async () => {
    const put =
      'do { ::store/put(n, "short", "ab") ::store/put(n, "long", "abcdefghij") ::store/put(n, "no text", [1]) }';
    await valueOf(place, EMBEDDED + put);
    const search = (options: string): Promise<unknown> =>
      valueOf(place, `${EMBEDDED}map(::store/search(n, "xy", ${options}), (h) { [h.key, h.score] })`);
    expect(await search('{}')).toEqual([
      ['short', 1],
      ['long', 0.934488],
    ]);
    expect(await search('{min-score: 0.95}')).toEqual([['short', 1]]);
    const hybrid = `${EMBEDDED}map(::store/search(n, "efg", {mode: "hybrid"}), (h) { h.key })`;
    expect(await valueOf(place, hybrid)).toEqual(['long', 'short']);
  });

  it('store without the vectors of a model, which is not here, and say so of a search', async () => {
    const model = 'm ::store/Map({name: "m", embedding: EmbeddingOptions.Default})\n';
    expect(await value(`${model}::store/put(m, 1, "text")`)).toBe('text');
    expect(await error(`${model}::store/search(m, "text")`)).toContain(
      'Embedding provider not configured but store has embeddings enabled',
    );
  });

  it('refuse keys and names beyond all measure', async () => {
    expect(await error(`::store/put(n, "${'k'.repeat(2_050)}", 1)`)).toContain(
      'keys have at most 2048 bytes',
    );
    expect(await error(`::store/put(::store/Map({name: "${'n'.repeat(256)}"}), 1, 1)`)).toContain(
      '1 to 255 characters',
    );
  });

  it('take many entries at once or none of them', () => {
    const db = new LocalDatabase(null);
    const { calls } = new LocalStore(db);
    const many = (entries: readonly object[]): unknown =>
      calls['store.putMany']?.(JSON.stringify({ name: 'n', entries }));
    expect(
      many([
        { key: 'a', value: 1 },
        { key: 'b', value: 2 },
      ]),
    ).toBe('null');
    expect(() =>
      many([
        { key: 'c', value: 3 },
        { key: 'k'.repeat(2_050), value: 4 },
      ]),
    ).toThrow('keys have at most');
    expect(calls['store.list']?.('{"name":"n","limit":10,"offset":0}')).toBe(
      '[{"key":"a","value":1},{"key":"b","value":2}]',
    );
    db.close();
    expect(() => calls['store.count']?.('{"name":"n"}')).toThrow(
      expect.objectContaining({ code: 'cancelled' }),
    );
  });
});
