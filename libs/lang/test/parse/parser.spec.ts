import { parse } from '../../src/parser/parse';
import { showStatement } from '../support/print-ast';

const tree = (text: string): string => parse(text).unit.items.map(showStatement).join(' ; ');
const errors = (text: string): readonly string[] => parse(text).errors.map((error) => error.message);

/** The statements of a function body. */
const body = (text: string): string => {
  const shown = tree(`f fn () { ${text} }`);
  expect(errors(`f fn () { ${text} }`)).toEqual([]);
  return shown.slice('(f = (fn () { '.length, -' }))'.length);
};

function table(rows: readonly (readonly [string, string])[], read: (text: string) => string = tree): void {
  it.each(rows)('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
    if (read === tree) expect(errors(text)).toEqual([]);
  });
}

describe('namespaces, aliases, imports', () => {
  table([
    ['::shop::orders ns', '(ns ::shop::orders)'],
    ['::a ns\nmeta {doc: "D"}', '(ns ::a meta {doc: "D"})'],
    ['::shop::tests meta ["test"] ns', '(ns ::shop::tests meta ["test"])'],
    ['::http ::hot::http', '(alias ::http ::hot::http)'],
    ['Instant ::hot::time/Instant', '(Instant = ::hot::time/Instant)'],
    ['::b ns ::x ::a g ::a/f', '(ns ::b) ; (alias ::x ::a) ; (g = ::a/f)'],
    ['::a ::b/c', '::a ; ::b/c'],
    ['t ::hot::time', '(t = ::hot::time)'],
  ]);
});

describe('binding or expression: inside bodies', () => {
  table(
    [
      ['a 1 b 2 add(a, b)', '(a = 1) (b = 2) (add a b)'],
      ['x 1 x add(x, 1) x', '(x = 1) (x = (add x 1)) x'],
      ['n: Int 4 n', '(n: Int = 4) n'],
      ['xs [1] xs[] 2 xs', '(xs = [1]) (xs[] := 2) xs'],
      ['m.a.b 1 m', '(m.a.b := 1) m'],
      ['v[2] "c" v', '(v[2] := "c") v'],
      ['k "z" m {} m[k] 1 m', '(k = "z") (m = {}) (m[k] := 1) m'],
      ['u.n 2 u.n', '(u.n := 2) u.n'],
      ['u.n\nadd(1, 2)', 'u.n (add 1 2)'],
      ['a.b |> f', '(pipe a.b f)'],
      ['a.b(1)', '(a.b 1)'],
      ['x\nadd(x, 1)', '(x = (add x 1))'],
      ['x\n|> f', '(pipe x f)'],
      ['f (x) { y }', '(f x) (block y)'],
      ['f\n(x) { y }', 'f (lambda (x) { y })'],
      ['inner fn (x) { x } inner(1)', '(inner = (fn (x) { x })) (inner 1)'],
      ['xs [[1, 2], [3]] xs[0][1]', '(xs = [[1 2] [3]]) xs[0][1]'],
      ['h m.h h(1)', '(h = m.h) (h 1)'],
      ['a meta 1 42', '(a meta 1 = 42)'],
      ['meta {a: 1} x', '(meta = {a: 1}) x'],
      ['x meta(1)', '(x = (meta 1))'],
      ['x meta[0]', '(x = meta[0])'],
      ['n [1, 2] |> length', '(n = (pipe [1 2] length))'],
      ['p 1, q 2, add(p, q)', '(p = 1) (q = 2) (add p q)'],
      [
        'Item type { id: Int, name: Str? } Mode enum { Fast, Slow }',
        '(Item = (type struct {id: Int, name: Str?})) (Mode = (enum Fast Slow))',
      ],
      [
        '::e ::hot::env up ::hot::str/uppercase up("a")',
        '(alias ::e ::hot::env) (up = ::hot::str/uppercase) (up "a")',
      ],
      ['a.b[0]["k y"][i].type true', '(a.b[0]["k y"][i].type := true)'],
    ],
    body,
  );
});

describe('binding or expression: at top level', () => {
  table([
    ['twice (x) { mul(x, 2) }', '(twice = (lambda (x) { (mul x 2) }))'],
    ['f(x)', '(f x)'],
    ['f (x)', '(f = x)'],
    ['f\n(x)', '(f = x)'],
    ['hot.set.project "shop"', '(hot.set.project := "shop")'],
    ['hot.set.project\n"shop"', '(hot.set.project := "shop")'],
    ['conf.a meta {doc: "d"} 1', '(conf.a meta {doc: "d"} := 1)'],
    ['tax: Dec 0.19', '(tax: Dec = 19e-2)'],
    ['on-paid meta {on-event: "e"}\nfn (event) { 1 }', '(on-paid meta {on-event: "e"} = (fn (event) { 1 }))'],
    ['f fn () 1 meta {doc: "d"}', '(f meta {doc: "d"} = (fn () 1))'],
    ['start boot()', '(start = (boot))'],
    ['half %(div(%, 2))', '(half = %((div %1 2)))'],
    ['a 1 a', '(a = 1) ; a'],
  ]);
});

describe('expressions', () => {
  table(
    [
      ['f(a, ...b, lazy c,)', '(f a ...b lazy c)'],
      ['load(id).items[0].name', '(load id).items[0].name'],
      ['f(x) [0]', '(f x)[0]'],
      ['obj.fun(x)', '(obj.fun x)'],
      ['::hot::str/split("a", "b")[0]', '(::hot::str/split "a" "b")[0]'],
      ['(a, b, c)', '(serial a b c)'],
      ['(x)', 'x'],
      ['do x |> f', '(pipe (do x) f)'],
      ['!x', '(raw x)'],
      ['[1, 2,]', '[1 2]'],
      ['[...a, ...b, 3]', '[...a ...b 3]'],
      ['{a: 1, "b c": 2, match: 3, null: 4}', '{a: 1, b c: 2, match: 3, null: 4}'],
      ['{}', '{}'],
      ['{x}', '(block x)'],
      ['{x,}', '{x!}'],
      ['{x, y}', '{x!, y!}'],
      ['{sum, report: report}', '{sum!, report: report}'],
      ['{...a, x: 9}', '{...a, x: 9}'],
      ['{a 1 a}', '(block (a = 1) a)'],
      ['(a, b: Int): Str { a }', '(lambda (a, b: Int): Str { a })'],
      ['cond (x) { x => 1 }', '(lambda cond (x) { <x => 1> })'],
      ['cond(a, b)', '(cond <a => same> <b => same>)'],
      ['serial(a, b)', '(serial a b)'],
      ['%.a[0]', '%1.a[0]'],
      ['m[%]', 'm[%1]'],
      ['%2.b', '%2.b'],
      ['%(add(%1, %2))', '%((add %1 %2))'],
      ['5 |> add(2) |> (x) { x } |> %(%) |> obj.f', '(pipe 5 (add 2) (lambda (x) { x }) %(%1) obj.f)'],
      ['`a ${x |> f} b`', '(template "a " (pipe x f) " b")'],
      ['`${}`', '(template)'],
      ['run.type', 'run.type'],
      ['e.match', 'e.match'],
    ],
    body,
  );
});

describe('functions', () => {
  table([
    ['g fn (a) { "1" }, (a, b) { "2" }', '(g = (fn (a) { "1" } , (a, b) { "2" }))'],
    ['sq fn (x: Int): Int mul(x, x)', '(sq = (fn (x: Int): Int (mul x x)))'],
    [
      'f fn cond (n) { lt(n, 0) => { -1 } => { 1 } }',
      '(f = (fn cond (n) { <(lt n 0) => (block -1)> <_ => (block 1)> }))',
    ],
    ['f fn match (v) { Int => "i" _ => "o" }', '(f = (fn match (v) { <Int => "i"> <_ => "o"> }))'],
    ['f fn\nserial\n(x)\n{ x }', '(f = (fn serial (x) { x }))'],
    ['f fn (lazy x, lazy ...rest: Fn) { do x }', '(f = (fn (lazy x, lazy ...rest: Fn) { (do x) }))'],
    ['f fn () {}', '(f = (fn () { }))'],
    ['{h: fn (x) { 1 }, k: 2}', '{h: (fn (x) { 1 }), k: 2}'],
    ['{h: fn (x) { 1 }, (y) { 2 }}', '{h: (fn (x) { 1 } , (y) { 2 })}'],
    ['f fn (x): All<Vec> match x { Int => 1 }', '(f = (fn (x): All<Vec> (match x <Int => 1>)))'],
    ['f fn (a) { 1 }, cond (a, b) { => 2 }', '(f = (fn (a) { 1 } , cond (a, b) { <_ => 2> }))'],
  ]);

  it('says that a keyword cannot name a parameter', () => {
    expect(errors('f fn (type) { 1 }')).toEqual([
      "'type' is a reserved keyword and cannot be used as a parameter name",
    ]);
  });
});

describe('flows and patterns', () => {
  table(
    [
      [
        'cond { a => x {1} b => { 2 } _ => { 3 } => 4 }',
        '(cond <a => x@(block 1)> <b => (block 2)> <_ => (block 3)> <_ => 4>)',
      ],
      ['cond { a => b cond { => 1 } }', '(cond <a => b@(cond <_ => 1>)>)'],
      ['cond-all { a => b c => d }', '(cond-all <a => b> <c => d>)'],
      ['cond { a => {} }', '(cond <a => {}>)'],
      ['match n { 1 => "a" 2 => "b" _ => "c" }', '(match n <1 => "a"> <2 => "b"> <_ => "c">)'],
      [
        'match n { 0 | 1 => a Int | Dec (n) => b Str? => c [] => d Shape.Circle => e }',
        '(match n <0|1 => a> <Int|Dec(n) => b> <Str? => c> <[] => d> <Shape.Circle => e>)',
      ],
      [
        'match f(x) { {a: 1} => x ["b"] => g(x) [1] => y }',
        '(match (f x) <{a: 1} => x> <["b"] => (g x)> <[1] => y>)',
      ],
      ['match (x) { Int => 1 }', '(match x <Int => 1>)'],
      ['match-all x { ::a::b/T.V |\n Int => 1, => 2 }', '(match-all x <::a::b/T.V|Int => 1> <_ => 2>)'],
      ['parallel { a 1 c add(b, 1) b 2 }', '(parallel (a = 1) (c = (add b 1)) (b = 2))'],
      ['x parallel { a 1 } y', '(x = (parallel (a = 1))) y'],
    ],
    body,
  );
});

describe('types and arrows', () => {
  table([
    [
      'P type { x: Int, y: Str?, type: Vec<Map<Str, A | B>>, }',
      '(P = (type struct {x: Int, y: Str?, type: Vec<Map<Str, (A | B)>>}))',
    ],
    ['M type {}', '(M = (type marker))'],
    ['M type\nx 1', '(M = (type marker)) ; (x = 1)'],
    ['M type meta {doc: "d"}', '(M meta {doc: "d"} = (type marker))'],
    [
      'M type meta {doc: "d"} { x: Int } meta {a: 1}',
      '(M meta {doc: "d"} meta {a: 1} = (type struct {x: Int}))',
    ],
    ['M type meta {doc: "d"}\nx 1', '(M meta {doc: "d"} = (type marker)) ; (x = 1)'],
    ['E enum meta ["core"] { A }', '(E meta ["core"] = (enum A))'],
    ['E meta ["core"] enum { A }', '(E meta ["core"] = (enum A))'],
    ['Id type Str', '(Id = (type alias Str))'],
    ['L type "low" | "high" | null', '(L = (type alias ("low" | "high" | null)))'],
    ['L type open "a"', '(L = (type alias open "a"))'],
    ['L type open | "b" | "c"', '(L = (type alias open ("b" | "c")))'],
    ['L type open', '(L = (type alias open))'],
    ['T type | A | B(C)', '(T = (enum A B(C)))'],
    ['S enum { A, B(C), }', '(S = (enum A B(C)))'],
    ['O enum open {}', '(O = (enum open ))'],
    ['R type { a: Int } fn (a: Int): R { 1 }', '(R = (type struct {a: Int} (fn (a: Int): R { 1 })))'],
    ['R type fn (a) { 1 }', '(R = (type functions (fn (a) { 1 })))'],
    ['Money -> Str fn (m) { 1 }', '(arrow Money Str (fn (m) { 1 }))'],
    ['Zip -> Plugin.Zip\nx 1', '(arrow Zip Plugin.Zip) ; (x = 1)'],
    ['A -> ::b::c/D.E meta {doc: "d"} fn (a) 1', '(arrow A ::b::c/D.E meta {doc: "d"} (fn (a) 1))'],
    ['f fn (x: (A | B)?, y: T?) { 1 }', '(f = (fn (x: (A | B)?, y: T?) { 1 }))'],
  ]);
});

describe('refused texts', () => {
  it.each([
    ['f fn () { if { 1 } }', '`if` is a function: write `if(pred, then)`'],
    ['f fn () { x 1 else { 1 } }', '`if` is a function'],
    ['x parallel|map { a 1 }', 'Result modifiers'],
    ['x 1 |> f |one', 'Result modifiers'],
    ['f(fn (x) { 1 })', 'use lambda syntax `(x) { … }`'],
    ['v[-1]', 'Vector indices cannot be negative'],
    ['x: All<Int> serial { a 1 }', 'All flow annotations support Map or Vec containers, got All<Int>'],
    ['x: All<Map, Vec> serial { a 1 }', 'All flow annotations expect exactly one type argument'],
    ['x {1: 2}', 'Map key must be a string or identifier'],
    ['E enum {}', 'Expected at least one variant in enum'],
    ['x f(1)(2)', 'bind the result to a name first'],
    ['f fn () { {x: 1}.x }', "Expected a value, found '.'"],
    ['x f(', "Expected ',' or ')', found the end of the text"],
    ['x = 1', "Lexer error: Invalid character '='"],
    ['x [1 2]', "Expected ',' or ']'"],
    ['x a.0', 'an index is written [0]'],
  ])('%s', (text, message) => {
    expect(errors(text)[0]).toContain(message);
  });

  it('goes on after a mistake and finds the next one', () => {
    const { errors: found, unit } = parse('a [1 2]\nb f(1 2)\nc 3');
    expect(found.map((error) => error.start)).toEqual([5, 14]);
    expect(unit.items.map(showStatement)).toEqual(['(a = [1])', '(b = (f 1))', '(c = 3)']);
  });

  it('points at the place of a mistake inside a template', () => {
    const text = 'x `abc ${f(} def`';
    expect(parse(text).errors.map((error) => text.slice(0, error.start).length)).toEqual([11]);
  });
});
