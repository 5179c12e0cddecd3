import { extractDefinitions, extractDocs } from '../../src/definitions';
import { analyseTexts } from '../support/analyse';

const docs = (...texts: readonly string[]) => {
  const program = analyseTexts(texts);
  expect(program.diagnostics).toEqual([]);
  return extractDocs(
    program,
    extractDefinitions(program).definitions,
    (file) => file.endsWith('.hot') && !file.startsWith('hot-std:'),
  );
};

describe('generated documentation', () => {
  const [api, util] = docs(
    '::shop::util ns twice meta {doc: "Doubles."} (n: Int) { mul(n, 2) } hidden meta ["no-doc"] fn () { 1 }',
    '::shop::api ns\nmeta {doc: " The API. ", ctx: {"a.key": {}, "b.key": {default: 1}}}\n' +
      'rate: Dec 0.19\nLevel type "low"\n  | "high"\nUser type { id: Str, nick: Str? } fn (id: Str): User { User({id: id}) }\n' +
      'Shape enum { Dot, Box(User), Num(Int) }\nup ::hot::str/uppercase\n' +
      'get meta {mcp: {service: "s"}, webhook: {service: "w", path: "/x"}, on-event: "e", box: {min-size: "small"}}\n' +
      'fn (a: Str, lazy b, ...c: Int): Str { send("done", a) a }, (a) { a }',
  ).namespaces;

  it('describes namespaces and functions', () => {
    expect(api).toMatchObject({
      name: 'shop/api',
      namespace: '::shop::api',
      doc: 'The API.',
      ctx: { req: ['a.key'], opt: ['b.key'] },
    });
    expect(api?.functions.map((one) => [one.name, one.alias_of])).toEqual([
      ['up', '::hot::str/uppercase'],
      ['get', null],
    ]);
    expect(api?.functions[1]).toMatchObject({
      signatures: [
        {
          params: [
            { name: 'a', type_annotation: 'Str', is_lazy: false, is_variadic: false },
            { name: 'b', type_annotation: null, is_lazy: true, is_variadic: false },
            { name: 'c', type_annotation: 'Int', is_lazy: false, is_variadic: true },
          ],
          return_type: 'Str',
        },
        { params: [{ name: 'a' }], return_type: null },
      ],
      on_event: 'e',
      webhook: { service: 'w', path: '/x' },
      mcp: { service: 's', name: 'shop_api_get' },
      sends: ['done'],
      box_req: { 'min-size': 'small' },
    });
  });

  it('describes types and values', () => {
    expect(api?.types).toMatchObject([
      { name: 'Level', type_alias: '"low"\n  | "high"', fields: [] },
      {
        name: 'User',
        fields: [
          { name: 'id', type_annotation: 'Str' },
          { name: 'nick', type_annotation: 'Str?' },
        ],
        constructors: [{ params: [{ name: 'id' }], return_type: 'User' }],
        type_alias: null,
      },
      {
        name: 'Shape',
        variants: [
          { name: 'Dot', payload: null },
          { name: 'Box', payload: 'User' },
          { name: 'Num', payload: 'Int' },
        ],
      },
    ]);
    expect(api?.values).toEqual([
      { name: 'rate', doc: null, value: '0.19', type_annotation: 'Dec', alias_of: null },
    ]);
  });

  it('leaves out what is tagged no-doc, and knows lambdas as functions', () => {
    expect(util?.functions.map((one) => [one.name, one.doc])).toEqual([['twice', 'Doubles.']]);
  });

  it('says in which namespace each type is', () => {
    expect(docs('::a::b ns T type { x: Int } U ::hot::time/Instant').type_index).toEqual({ T: 'a/b' });
  });
});
