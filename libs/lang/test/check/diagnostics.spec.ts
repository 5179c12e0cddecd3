import { analyseTexts, problems } from '../support/analyse';

describe('names that are not there', () => {
  it.each([
    ['f fn () { y }', "unresolved-variable 2:11 Variable 'y' cannot be resolved"],
    ['f fn () { x add(x, 1) x }', "unresolved-variable 2:17 Variable 'x' cannot be resolved"],
    [
      'f fn () { lenght([1]) }',
      "unresolved-variable 2:11 Variable 'lenght' cannot be resolved. Did you mean 'length'?",
    ],
    [
      'f fn () { ::hot::stt/concat("a") }',
      "unresolved-variable 2:11 Namespace '::hot::stt' cannot be resolved. Did you mean '::hot::str'?",
    ],
    [
      'f fn () { ::hot::time/now() }',
      "unresolved-function 2:11 'now' is not defined in namespace '::hot::time'. Available in '::hot::time': Instant",
    ],
    ['f fn (x: Nope) { x }', "unresolved-type 2:10 Type 'Nope' is not defined"],
    ['T type { a: T2 }', "unresolved-type 2:13 Type 'T2' is not defined"],
    [
      'T type { a: X }',
      "invalid-generic-arity 2:13 Invalid generic arity for 'X': expected 0 parameters, got 1",
    ],
    [
      'f fn (x) { match x { Nope => 1 } }',
      "invalid-pattern 2:22 Pattern 'Nope' is not a type that is known here",
    ],
    ['f fn () { `é ${nope}` }', "unresolved-variable 2:16 Variable 'nope' cannot be resolved"],
  ])('%s', (text, expected) => {
    expect(problems(`::t ns\n${text}`)).toEqual([expected]);
  });
});

describe('numbers of arguments', () => {
  const defs = '::t ns one fn (a) { a } two fn (a) { a }, (a, b) { b } rest fn (a, ...r) { a }\n';
  it.each([
    ['one()', "Function 'one' expects 1 arguments, but 0 were provided"],
    ['one(1, 2)', "Function 'one' expects 1 arguments, but 2 were provided"],
    ['1 |> one(2)', "Function 'one' expects 1 arguments, but 2 were provided"],
    ['two(1, 2, 3)', "Function 'two' expects 1 or 2 arguments, but 3 were provided. Available arities: 1, 2"],
    ['rest()', "Function 'rest' expects at least 1 arguments, but 0 were provided"],
    ['is-err()', "Function 'is-err' expects 1 arguments, but 0 were provided"],
    ['::hot::type/Result.Ok()', "Function 'Ok' expects 1 arguments, but 0 were provided"],
  ])('%s', (call, message) => {
    const found = analyseTexts([`${defs}f fn () { ${call} }`]).diagnostics;
    expect(found.map((one) => [one.code, one.message])).toEqual([['arity-mismatch', message]]);
  });

  it.each(['one(1)', '1 |> one', 'two(1)', 'rest(1, 2, 3)', 'one(...[1])', 'g one g(1)', 'h (x) { x }'])(
    'accepts %s',
    (call) => {
      expect(problems(`${defs}f fn () { ${call} }`).filter((one) => one.startsWith('arity'))).toEqual([]);
    },
  );

  it('lets a lambda be called with any number of arguments', () => {
    expect(problems('::t ns\ntwice (x) { mul(x, 2) }\ny twice()')).toEqual([]);
  });
});

describe('definitions that clash', () => {
  it('refuses a name that two files define', () => {
    expect(problems('::t ns a 1', '::t ns a 2')).toEqual([
      "duplicate-definition 1:8 Duplicate definition of 'a' in namespace '::t': defined in 1.hot and 2.hot",
    ]);
  });

  it.each([
    ['a later definition in the same file', ['::t ns a 1 a 2']],
    ['paths that diverge', ['::t ns conf.a 1 conf.b.c 2', '::t ns conf.b.d 3']],
    ['open literal unions', ['::t ns L type open "a"', '::t ns L type open | "b"']],
    ['the same name in two namespaces', ['::t ns a 1', '::u ns a 2']],
  ])('accepts %s', (_, texts) => {
    expect(problems(...texts)).toEqual([]);
  });

  it.each([
    ['::t ns conf.a.b 1', '::t ns conf.a 2'],
    ['::t ns conf.a 1', '::t ns conf.a.b 2'],
    ['::t ns conf {}', '::t ns conf.a 2'],
    ['::t ns conf.a 1', '::t ns conf[k] 2 k 1'],
  ])('refuses paths on one another: %s and %s', (one, two) => {
    expect(problems(one, two).map((shown) => shown.split(' ')[0])).toEqual(['duplicate-definition']);
  });

  it('lets the newest definition win at a prompt', () => {
    expect(analyseTexts(['::t ns a 1', '::t ns a 2'], 'shadow').diagnostics).toEqual([]);
  });

  it('refuses one alias with two targets, and two kinds of metadata for one namespace', () => {
    expect(problems('::t ns ::x ::hot::str', '::t ns ::x ::hot::math')).toEqual([
      "conflicting-alias 1:8 Namespace '::t' declares alias '::x' with conflicting targets '::hot::str' and '::hot::math'",
    ]);
    expect(problems('::t ns meta {doc: "a"}', '::t ns meta {doc: "b"}')).toEqual([
      "conflicting-metadata 1:8 Namespace '::t' declares conflicting metadata in 1.hot and 2.hot",
    ]);
    expect(problems('::t ns meta {a: 1, b: 2}', '::t ns meta {b: 2, a: 1}')).toEqual([]);
  });

  it('names both places of an arrow that is declared twice', () => {
    expect(problems('::t ns\nM type { c: Int }\nM -> Str fn (m) { "a" }\nM -> Str fn (m) { "b" }')).toEqual([
      'ambiguous-type-implementation 4:1 Ambiguous implementation M -> Str: ' +
        'first declaration: 1.hot:3:1, duplicate declaration: 1.hot:4:1',
    ]);
  });

  it('refuses mixing open and closed declarations of a literal union', () => {
    expect(problems('::t ns L type open "a"', '::t ns L type "b"').map((one) => one.split(' ')[0])).toContain(
      'open-literal-union-mismatch',
    );
    expect(problems('::t ns\nL type open "a" | Str').map((one) => one.split(' ')[0])).toEqual([
      'open-literal-union-mismatch',
    ]);
  });
});

describe('other refusals', () => {
  it.each([
    ['f fn () { parallel { a {} a.b 1 } }', 'parallel-assignment 2:27'],
    ['f fn () { A -> Str fn (a) { 1 } }', 'nested-type-implementation 2:11'],
    ['f fn () { call-lib(::hot::nope/x, []) }', 'call-lib-error 2:20'],
    ['f meta {a: add(1, 2)} fn () { 1 }', 'invalid-metadata 2:12'],
    ['f fn match () { Int => 1 }', 'parse-error 2:6'],
    ['f fn () { (lazy x) { x } }', 'parse-error'],
  ])('%s', (text, expected) => {
    const [first = ''] = problems(`::t ns\n${text}`);
    expect(first.startsWith(expected)).toBe(true);
  });

  it('refuses values that need each other, but not closures or values assigned in turn', () => {
    expect(problems('::t ns\nz a a add(b, 1) b [c] c add(a, 1) d add(a, 1)')).toEqual([
      'type-inference-did-not-converge 2:5 Top-level type inference did not converge for: a, b, c',
    ]);
    expect(problems('::t ns a {f: (x) { b }} b [a] c.x 1 d.y c.x c.z d.y')).toEqual([]);
  });

  it('shows the first parse error of each file and nothing that follows from it', () => {
    expect(problems('::t ns a [1 2] b nope', '::u ns x ::t/a y [3 4]')).toEqual([
      "parse-error 1:13 Expected ',' or ']', found the number 2",
      "parse-error 1:21 Expected ',' or ']', found the number 4",
    ]);
  });

  it('warns of a variant that the enum does not have, since it only fails when reached', () => {
    expect(problems('::t ns E enum { A } f fn () { E.B }')).toEqual([
      "unresolved-variable 1:31 Type 'E' does not have variant 'B'",
    ]);
    expect(analyseTexts(['::t ns E enum { A } f fn () { E.B }']).ok).toBe(true);
  });
});
