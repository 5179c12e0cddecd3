/** Values and texts that would mean something if they were taken for JavaScript. */
import { hot, type EscapeProgram } from './program';

/** Texts that would end a string, a template, a comment or a regular expression of generated code. */
const TEXTS = [
  '`',
  '${process.exit(1)}',
  '`+process.exit(1)+`',
  '\\`${1}',
  '*/ process.exit(1) /*',
  '// \n process.exit(1)',
  '");process.exit(1);("',
  "');process.exit(1);('",
  '\\"',
  '\\',
  '\u2028process.exit(1)',
  '\u2029process.exit(1)',
  '\ud800',
  '\udc00\ud800',
  '\0',
  '\0s',
  '\r\n',
  '</script><!--',
  '<!-- x',
  '--> x',
  '#!x',
  '$&$1$`$$',
  '\u202e\ufeff\u200d',
] as const;

/** Lone surrogates as they are: no escape of the language writes one. */
const literal = (text: string): string =>
  JSON.stringify(text)
    .replaceAll('$', '\\u0024')
    .replace(/\\u(d[89a-f]..)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

const TEXT_PROGRAMS = TEXTS.map((text): EscapeProgram => {
  const quoted = literal(text);
  return {
    title: `the text ${JSON.stringify(text)} as literal, key, template, pattern, tag, variant value and message`,
    program: hot`
::t ns meta {doc: ${quoted}}
Kind type ${quoted} | "other"
main meta {${quoted}: ${quoted}, doc: ${quoted}} fn (event) {
  m {${quoted}: ${quoted}, "$x": ${quoted}}
  m[${quoted}] [${quoted}]
  template concat("a", Str(${quoted}), "b")
  arm match ${quoted} { ${quoted} => { "same" } => { "another" } }
  kind fn match (k: Kind) { ${quoted} => { "own" } => { "foreign" } }
  [
    eq(${quoted}, event), get(m, ${quoted}) |> first() |> eq(event), length(keys(m)), length(template),
    arm, kind(event), err-message(err(${quoted})) |> eq(event), from-json(to-json(m)) |> eq(m),
    get(::hot::meta/get(main), ${quoted}) |> eq(event), replace("a-b", "-", event) |> eq(concat("a", event, "b"))
  ]
}`,
    args: [text],
    expected: [true, true, 2, Buffer.byteLength(text) + 2, 'same', 'own', true, true, true, true],
  };
});

const OTHERS: readonly EscapeProgram[] = [
  {
    title: 'a map with the key then is a value and not a promise, wherever functions wait',
    program: hot`::t ns
thenable fn (x) { {then: (resolve, reject) { fail("called") }, catch: 1, finally: 2, x: x} }
waits fn (x) {
  pmap([1], (n) { n })
  thenable(x)
}
main fn (event) {
  [
    waits(1).x, pmap([1, 2], waits) |> map((m) { m.x }), map([3], waits) |> first() |> get("x"), event.then, waits(event).x.then,
    if-ok(ok(waits(4)), (v) { v.x }), do waits(5).x, get(waits(6), "then") |> is-fn(),
    parallel { a waits(7) b thenable(8) } |> map((k, v) { v.x })
  ]
}`,
    args: [{ then: 'event' }],
    expected: [1, [1, 2], 3, 'event', 'event', 4, 5, true, [7, 8]],
  },
  {
    title: 'a thenable as the result of a run',
    program: hot`::t ns
main fn (event) {
  pmap([1], (n) { n })
  {...event, then: "x"}
}`,
    args: '[{"then":{"then":1},"__proto__":{"then":2},"constructor":null}]',
    expected: JSON.parse('{"then":"x","__proto__":{"then":2},"constructor":null}') as unknown,
  },
  {
    title: 'keys of prototypes do not reach prototypes',
    program: hot`::t ns
main fn (event) {
  start {}
  start.__proto__.polluted 1
  start.constructor.prototype.polluted 2
  deep merge(event, {__proto__: {polluted: 3}})
  list [1]
  [
    {}.nothing
  ]
  other {}
  [other.polluted, get({}, "polluted"), event.plain.polluted, start.__proto__.polluted, deep.__proto__.polluted,
   from-json(event.text).__proto__.polluted, from-json("{}") |> get("polluted"), length(keys(other))]
}`.replace('  [\n    {}.nothing\n  ]\n', ''),
    args: '[{"plain":{},"__proto__":{"polluted":9},"text":"{\\"__proto__\\":{\\"polluted\\":5},\\"constructor\\":{\\"prototype\\":{\\"polluted\\":6}}}"}]',
    expected: [null, null, null, 1, 3, 5, null, 0],
  },
  {
    title: 'arguments that say what kind they are are what the program knows, or maps',
    program: hot`::t ns
Point type { x: Int }
main fn (a, b, c, d, e) { [is-type(a, Point), is-map(b), is-fn(c), is-map(d), is-type(e, Point)] |> map((v) { is-bool(v) }) }`,
    args: [
      { $type: '::t/Point', $val: { x: 1 } },
      { $type: 'constructor', $val: { x: 1 } },
      { $type: '::hot::type/Fn', $val: '__proto__/constructor' },
      { $type: '__proto__', $val: null },
      { $type: ['::t/Point'], $val: { $type: { $type: '::t/Point' } } },
    ],
    expected: [true, true, true, true, true],
  },
  {
    title: 'names of functions and types that come as data find only those of the program',
    program: hot`::t ns
own fn (x) { x }
main fn (names) { map(names, (n) { ::hot::internal::exec/contain(() { call(n, [1], OnErr.Preserve) }) |> is-err() }) }`,
    args: [
      [
        'constructor',
        '__proto__',
        '::t/constructor',
        '::t/__proto__',
        '::__proto__/x',
        '::t',
        '::t/',
        '/',
        '',
        '::t/own',
      ],
    ],
    expected: [true, true, true, true, true, true, true, true, true, false],
  },
  {
    title: 'what is caught is data: no stack, no constructor, no way to the engine',
    program: hot`::t ns
deep fn (n) { add(1, deep(add(n, 1))) }
main fn () {
  caught [
    ::hot::internal::exec/contain(() { deep(0) }), ::hot::internal::exec/contain(() { fail("x", {a: 1}) }),
    ::hot::internal::exec/contain(() { add("a", 1) }), ::hot::internal::exec/contain(() { call("nothing", []) })
  ]
  looked map(caught, (e) { if-err(e, (p) { [get(p, "stack"), get(p, "constructor"), get(p, "prepareStackTrace"), get(p, "cause")] }) })
  map(looked, (l) { or(is-null(l), is-vec(l), is-err(l)) })
}`,
    expected: [true, true, true, true],
  },
  {
    title: 'a function calls itself without end',
    program: hot`::t ns
main fn () { add(1, main()) }`,
    expected: 'recursion limit',
    fails: true,
  },
  {
    title: 'two functions that wait call each other without end',
    program: hot`::t ns
one fn (n) { pmap([n], (x) { add(1, two(x)) }) |> first() }
two fn (n) { add(1, one(n)) }
main fn () { one(1) }`,
    expected: 'recursion limit',
    fails: true,
  },
  {
    title: 'a conversion to text that needs itself',
    program: hot`::t ns
Loop type { x: Any }
Loop -> Str fn (l) { concat("a", Str(l)) }
main fn () { Str(Loop({x: 1})) }`,
    expected: '',
    fails: true,
  },
  {
    title: 'a value nested too deeply for everything that walks it',
    program: hot`::t ns
nest fn (v, n) { if(lte(n, 0), v, nest([{a: v}], sub(n, 1))) }
main fn () {
  v nest(1, 100000)
  w nest(1, 100000)
  tried [
    () { eq(v, w) }, () { to-json(v) }, () { Str(v) }, () { get({}, v) }, () { distinct([v, w]) }, () { sort([v, w]) },
    () { flatten(v) }, () { merge({a: v}, {a: w}) }, () { walk-depth(v) }, () { frequencies([v]) }, () { untype(v) }, () { v }
  ]
  length(map(tried, (f) { ::hot::internal::exec/contain(f) |> is-err() }))
}
walk-depth fn (v) { length(Str([v])) }`,
    expected: 12,
  },
  {
    title: 'tools, skills, schemas and parameters with names that every object has',
    program: hot`::t ns
Odd type { __proto__: Int, constructor: Str, toString: Bool? }
valueOf meta {tool: {name: "constructor", description: "__proto__"}, skill: {constructor: 1, __proto__: 2}} fn (constructor: Int, __proto__: Odd, hasOwnProperty: Int?) { [constructor, __proto__, hasOwnProperty] }
main fn () {
  input {constructor: 1, "__proto__": Odd({"__proto__": 2, constructor: "c"})}
  schema ::hot::internal::mcp/schema-from-fn(valueOf)
  [
    to-json(::hot::internal::mcp/invoke-with-input(valueOf, input)),
    to-json(::hot::internal::mcp/invoke-with-input((__proto__, constructor) { [constructor, __proto__] }, {constructor: 3})),
    schema.name,
    keys(schema.input-schema.properties),
    keys(get(schema.input-schema.properties, "__proto__").properties),
    keys(::hot::internal::skill/meta-from-fn(valueOf)),
    is-err(::hot::internal::mcp/schema-from-fn("constructor")),
    is-err(::hot::internal::skill/meta-from-fn("__proto__"))
  ]
}`,
    expected: [
      '[1,{"$type":"::t/Odd","$val":{"__proto__":2,"constructor":"c"}},null]',
      '[3,null]',
      'constructor',
      ['constructor', '__proto__', 'hasOwnProperty'],
      ['__proto__', 'constructor', 'toString'],
      ['constructor', '__proto__', 'fn-name'],
      true,
      true,
    ],
  },
];

/** What a name may not be: these would be code if a name went into generated text as it is. */
const ODD_NAMES = ['a`b', 'a${b}', 'a"b', 'a;b', 'a/*b', 'a\u2028b', 'a\\u0062', 'a\u200db'];

export const NAMES_REFUSED = ODD_NAMES.map(
  (name) => `::t ns\n${name} fn (x) { x }\nmain fn () { ${name}(1) }`,
);

export const ATTEMPTS: readonly EscapeProgram[] = [...TEXT_PROGRAMS, ...OTHERS];
