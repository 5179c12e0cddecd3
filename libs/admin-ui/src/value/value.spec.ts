import { formatJson, JsonSyntaxError, parseJson, previewJson } from './json-model';
import { rowsOf } from './json-rows';

describe('parseJson', () => {
  it('keeps digits, key order and keys that occur twice', () => {
    const text = '{"b":1.50,"a":12345678901234567890,"b":-0.0e1}';
    expect(formatJson(parseJson(text)).replaceAll(/\s/g, '')).toBe(text);
  });

  it('reads every kind of value and any space between', () => {
    expect(parseJson(' [ "é \\u00e9\\n" , true , null , {} , [ ] ] ')).toEqual({
      kind: 'array',
      items: [
        { kind: 'string', text: 'é é\n' },
        { kind: 'literal', text: 'true' },
        { kind: 'literal', text: 'null' },
        { kind: 'object', entries: [] },
        { kind: 'array', items: [] },
      ],
    });
  });

  it.each([
    '',
    '{',
    '[1,]',
    '{"a" 1}',
    '{a:1}',
    '01',
    '"\\x"',
    '"line\nbreak"',
    '1 2',
    'nul',
    '[1 2]',
    "'a'",
  ])('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(JsonSyntaxError);
  });

  it('agrees with JSON.parse on what is JSON', () => {
    for (const text of ['-1', '1e5', '1E+5', '0.5', '""', '{"":0}', '[[[]]]', '"\\ud83c\\udf0a"']) {
      expect(JSON.parse(formatJson(parseJson(text)))).toEqual(JSON.parse(text));
    }
  });

  it('refuses depth that would break the page instead of breaking it', () => {
    expect(() => parseJson('['.repeat(100_000))).toThrow('Nested too deeply');
  });
});

describe('previewJson', () => {
  it('shows a branch in one line and cuts it', () => {
    const node = parseJson('{"id":"A-1","lines":[{"sku":"mug"}],"gift":false}');
    expect(previewJson(node, 90)).toBe('{ id: "A-1", lines: [{ sku: "mug" }], gift: false }');
    expect(previewJson(node, 20)).toHaveLength(20);
    expect(previewJson(node, 20).endsWith('…')).toBe(true);
  });
});

describe('rowsOf', () => {
  const state = { flipped: new Set<string>(), shown: new Map<string, number>(), openDepth: 1 };

  it('opens the first levels and names each line by its path', () => {
    const rows = rowsOf(parseJson('{"a":{"b":1},"c-d":[true],"x y":2}'), state);
    expect(rows.map(({ path, depth, open }) => [path, depth, open])).toEqual([
      ['$', 0, true],
      ['$.a', 1, false],
      ['$.c-d', 1, false],
      ['$["x y"]', 1, false],
    ]);
  });

  it('opens and closes single branches', () => {
    const rows = rowsOf(parseJson('{"a":{"b":1}}'), { ...state, flipped: new Set(['$.a']) });
    expect(rows.map(({ path }) => path)).toEqual(['$', '$.a', '$.a.b']);
  });

  it('shows a hundred children and offers the rest', () => {
    const many = parseJson(JSON.stringify(Array.from({ length: 250 }, (_, i) => i)));
    expect(rowsOf(many, state)).toHaveLength(102);
    expect(rowsOf(many, state).at(-1)?.more).toBe(150);
    expect(rowsOf(many, { ...state, shown: new Map([['$', 300]]) }).at(-1)?.more).toBe(0);
  });
});
