import { analyse } from '../../src/analyse/analyse';
import { analyseTexts } from '../support/analyse';
import { NATIVES, PRELUDE } from '../support/natives';

const TYPES =
  '::t ns\nShape enum { Circle(C), Dot }\nC type { r: Dec }\nPlug enum open { Core }\nLevel type "low" | "high"\n' +
  'User type { id: Str, home: Home? , size: Size }\nHome type { city: Str }\nSize type { n: Int }\nMark type {}\n';

const found = (text: string): readonly string[] =>
  analyseTexts([TYPES + text]).diagnostics.map((one) => `${one.severity} ${one.code}: ${one.message}`);

describe('exhaustiveness of match', () => {
  it.each([
    [
      'f fn (s: Shape) { match s { Shape.Dot => 1 } }',
      ['error non-exhaustive-match: non-exhaustive `match` on `Shape`: missing `Shape.Circle`'],
    ],
    [
      'f fn match (s: Shape) { Shape.Circle | null => 1 }',
      ['error non-exhaustive-match: non-exhaustive `match` on `Shape`: missing `Shape.Dot`'],
    ],
    [
      'f fn () { s: Shape g() match s { 1 => 1 } } g fn () { 1 }',
      ['error non-exhaustive-match: non-exhaustive `match` on `Shape`: missing `Shape.Circle`, `Shape.Dot`'],
    ],
    [
      'f fn () { s Shape.Dot match s { Shape.Circle => 1 } }',
      ['error non-exhaustive-match: non-exhaustive `match` on `Shape`: missing `Shape.Dot`'],
    ],
    [
      'f fn match (r: Result<Int>) { Result.Ok => 1 }',
      ['error non-exhaustive-match: non-exhaustive `match` on `Result`: missing `Result.Err`'],
    ],
    [
      'f fn (p: Plug) { match p { Plug.Core => 1 } }',
      ['error open-enum-match-missing-default: `match` on open enum `Plug` requires a `_` default arm'],
    ],
    [
      'f fn (p: Plug) { match p { Plug => 1 } }',
      ['error open-enum-match-missing-default: `match` on open enum `Plug` requires a `_` default arm'],
    ],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    'f fn (s: Shape) { match s { Shape.Dot => 1 Shape.Circle => 2 } }',
    'f fn (s: Shape) { match s { Shape.Dot => 1 _ => 2 } }',
    'f fn (s: Shape) { match s { Shape.Dot => 1 Any (x) => x } }',
    'f fn (s: Shape) { match s { Shape => 1 } }',
    'f fn (s: Shape) { match-all s { Shape.Dot => 1 } }',
    'f fn (s: Shape?) { match s { Shape.Dot => 1 } }',
    'f fn (s) { match s { Shape.Dot => 1 } }',
    'f fn () { match Shape.Dot { Shape.Dot => 1 } }',
    'f fn () { match 3 { Result.Ok (v) => v } }',
    'f fn (p: Plug) { match p { Plug.Core => 1 => 2 } }',
  ])('accepts %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('argument types at top level', () => {
  const defs =
    'one fn (n: Int) { n } two fn (n: Int) { n }, (s: Str) { s } lev fn (l: Level) { l } usr fn (u: User) { u } ' +
    'dec fn (d: Dec?) { d } fun fn (f: Fn) { f } inch fn (c: Cm) { c } Cm type { n: Dec } Inch type { n: Dec } Inch -> Cm fn (i) { Cm({n: i.n}) } ' +
    'shape fn (s: Shape) { s } vec fn (v: Vec<Int>) { v } ';
  it.each([
    ['x one("a")', "Type mismatch in function 'one' argument 1: expected Int, got Str"],
    ['x two([1])', "Type mismatch in function 'two' argument 1: expected Int or Str, got Vec"],
    ['x lev("mid")', "Type mismatch in function 'lev' argument 1: expected Level, got Str"],
    ['x usr(Home({city: "B"}))', "Type mismatch in function 'usr' argument 1: expected User, got Home"],
    ['x [one(true)]', "Type mismatch in function 'one' argument 1: expected Int, got Bool"],
    ['x fun("::t/one")', "Type mismatch in function 'fun' argument 1: expected Fn, got Str"],
    ['x shape(Plug.Core)', "Type mismatch in function 'shape' argument 1: expected Shape, got Plug.Core"],
    ['x vec({})', "Type mismatch in function 'vec' argument 1: expected Vec<Int>, got Map"],
    ['x dec("1")', "Type mismatch in function 'dec' argument 1: expected Dec | Null, got Str"],
  ])('%s', (text, message) => {
    expect(found(defs + text)).toEqual([`error type-mismatch: ${message}`]);
  });

  it.each([
    'x one(1)',
    'x one(ok(1))',
    'x one(Result.Ok("a"))',
    'x two("a")',
    'x lev("low")',
    'x usr({id: "a"})',
    'x dec(1)',
    'x dec(null)',
    'x fun(one)',
    'x fun((a) { a })',
    'x inch(Inch({n: 1.0}))',
    'x shape(Shape.Dot)',
    'x one(y) y "a"',
    'x map([1], (n) { one("a") })',
    'f fn () { one("a") }',
    'x lev(...["a"])',
    'x vec([])',
  ])('accepts %s', (text) => {
    expect(found(defs + text)).toEqual([]);
  });
});

describe('arrows', () => {
  it.each([
    [
      'Size -> Str fn (h: Home) { "a" }',
      'Implementation parameter type Home is not compatible with source type Size',
    ],
    ['Size -> Str fn (s): Int { 1 }', 'Implementation declares return type Int, but should return Str'],
    ['Size -> Str fn (s) { x 1 5 }', 'Implementation body returns Int, but should return Str'],
  ])('%s', (text, message) => {
    expect(found(text)).toEqual([`error invalid-implementation: ${message}`]);
  });

  it.each([
    'Size -> Str fn (s) { `${s.n}` }',
    'Size -> Plug.Size fn (s): Plug { Plug.Size({a: 1}) }',
    'Size -> Home fn (s: Size) { Home({city: "a"}) }',
    'Size -> Str fn (s) { ok("a") }',
  ])('accepts %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('must exist for a conversion of a struct to a number or Bool', () => {
    expect(found('f fn (s: Size) { Int(s) }')).toEqual([
      'error missing-type-implementation: `Size` does not implement `Int`',
    ]);
    expect(found('Size -> Int fn (s) { s.n } f fn (s: Size) { Int(s) }')).toEqual([]);
    expect(found('f fn (s: Size, m: Mark) { [Str(s), Int(m)] }')).toEqual([]);
  });
});

describe('warnings', () => {
  it.each([
    ['f fn (u: User) { u.nick }', 'warning unknown-field: `User` does not have a known field `nick`'],
    ['f fn (u: User) { u.size.m }', 'warning unknown-field: `Size` does not have a known field `m`'],
    [
      'f fn () { u User({id: "a"}) u.idd }',
      'warning unknown-field: `User` does not have a known field `idd`',
    ],
    ['u User({id: "a"}) x u.idd', 'warning unknown-field: `User` does not have a known field `idd`'],
    [
      'u: User made() made fn () { 1 } f fn () { u.idd }',
      'warning unknown-field: `User` does not have a known field `idd`',
    ],
    [
      'f fn () { n: Int "a" n }',
      'warning annotation-mismatch: `n` is annotated `Int` but its value is `Str`',
    ],
    ['n: Level "mid"', 'warning annotation-mismatch: `n` is annotated `Level` but its value is `Str`'],
    [
      'old meta {deprecated: "use new"} fn () { old() } f fn () { old() }',
      "warning deprecated-usage: 'old' is deprecated: use new",
    ],
    ['old meta ["deprecated"] fn () { 1 } x old()', "warning deprecated-usage: 'old' is deprecated"],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual([expected]);
  });

  it.each([
    'f fn (u: User) { [u.id, u.home.city, u["x"], u.size.n] }',
    'f fn (m: Mark) { m.anything }',
    'n: Dec 1',
    'n: Level "low"',
    'xs: All<Vec> serial { a 1 }',
    'n: Int parallel { a 1 }',
    'n: Str? null',
    'u User({id: "a"})\nu.later 1\nx u.later',
  ])('are silent about %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('are for the files of the project', () => {
    const { diagnostics } = analyse({
      sources: [
        { name: 'p', text: PRELUDE, origin: 'std' },
        {
          name: 'd',
          text: '::d ns f fn () { n: Int "a" n } E enum { A, B } g fn (e: E) { match e { E.A => 1 } }',
          origin: 'dependency',
        },
      ],
      natives: NATIVES,
      policy: 'merge',
    });
    expect(diagnostics.map((one) => one.code)).toEqual(['non-exhaustive-match']);
  });
});
