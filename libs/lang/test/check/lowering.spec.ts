import { analyseTexts } from '../support/analyse';
import { coreOf } from '../support/print-core';

/** `f` of namespace ::t, with whatever else the text defines. */
function lowered(text: string): string {
  const program = analyseTexts([`::t ns\n${text}`]);
  expect(program.diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
  return coreOf(program, '::t/f');
}

function table(rows: readonly (readonly [string, string])[]): void {
  it.each(rows)('%s', (text, expected) => {
    expect(lowered(text)).toBe(expected);
  });
}

describe('variables: each binding is its own', () => {
  table([
    ['f fn () { x 1 x add(x, 1) x }', "(block x = 1; x'2 = (add x 1); x'2)"],
    ['f fn (u) { u.n 2 u.n }', "(block u'2 = u.n := 2; u'2.n)"],
    ['f fn () { m.a.b 1 m }', '(block m = missing.a.b := 1; m)'],
    ['f fn () { map.a 1 map }', '(block map = missing.a := 1; map)'],
    ['f fn () { xs[] 1 xs }', '(block xs = missing[] := 1; xs)'],
    ['conf {a: 1} f fn () { conf.a 2 conf }', '(block conf = @::t/conf.a := 2; conf)'],
  ]);

  it('captures the binding that stands before the closure, not a later one', () => {
    expect(lowered('f fn () { n 1 m {h: (x) { add(x, n) }} n 10 m }')).toBe(
      "(block n = 1; m = {h: (lambda (x) |n| (add x n))}; n'2 = 10; m)",
    );
  });

  it('lets blocks and serial share the scope around them, and arms keep theirs', () => {
    expect(lowered('f fn () { serial { a 1 } a }')).toBe('(block (block a = 1;) a)');
    const program = analyseTexts(['::t ns f fn () { cond { true => { zz 1 } } zz }']);
    expect(program.diagnostics.map((one) => one.code)).toEqual(['unresolved-variable']);
  });
});

describe('names', () => {
  table([
    [
      'f fn () { add ::hot::math/add g add g(1, 2) }',
      '(block add = &::hot::math/add; g = &::hot::math/add; (add 1 2))',
    ],
    ['f fn () { ::m ::hot::math ::m/add(1, 2) }', '(add 1 2)'],
    ['::m ::hot::math f fn () { ::m/add(1, 2) }', '(add 1 2)'],
    ['up ::hot::str/uppercase f fn () { up("a") }', '(uppercase "a")'],
    ['add fn (a, b) { 1 } f fn () { add(1, 2) ::hot::math/add(1, 2) }', '(block (::t/add#0 1 2) (add 1 2))'],
    ['f fn () { add 5 add(1, 2) }', '(block add = 5; (call add 1 2))'],
    ['g fn () { 1 } hi g f fn () { [hi, hi()] }', '[&::t/g (::t/g#0)]'],
    ['I ::hot::time/Instant f fn () { I({epoch: 1}) }', '(new:::hot::time/Instant {epoch: 1})'],
    ['R ::hot::type/Result f fn () { [R.Ok(1), R.Ok] }', '[(new:Result.Ok 1) variant:Result.Ok]'],
    ['f fn () { [ns, ::hot::math, Str, add] }', '[ns:::t ns:::hot::math type:Str &::hot::math/add]'],
    ['f fn () { ::hot::internal::exec/contain(() { 1 }) }', '(::hot::internal::exec/contain (lambda () 1))'],
    ['v 1 f fn () { v }', '@::t/v'],
    [
      'f fn () { even fn (n) { odd(n) } odd fn (n) { even(n) } even(4) }',
      "(block even = (fn |odd| (n) (odd^#0 n)); odd = (fn |even| (n'2) (even#0 n'2)); (even#0 4))",
    ],
    ['f fn (lazy add) { add(1, 2) }', '(add 1 2)'],
    ['f fn () { call-lib(::hot::str/concat, ["a", ...["b"]]) }', '(concat "a" ...["b"])'],
  ]);
});

describe('placeholders', () => {
  table([
    ['f fn (xs) { map(xs, mul(%, %)) }', '(map xs (lambda (%1) (mul %1 %1)))'],
    ['f fn (xs) { reduce(xs, add(%1, %2), 0) }', '(reduce xs (lambda (%1,%2) (add %1 %2)) 0)'],
    ['f fn (xs) { map(xs, %.name) }', '(map xs (lambda (%1) %1.name))'],
    ['f fn (xs) { map(xs, `<${%}>`) }', '(map xs (lambda (%1) (template "<" %1 ">")))'],
    ['f fn (xs, t) { map(xs, t[%]) }', '(map xs (lambda (%1) |t| t[%1]))'],
    ['f fn (xs) { map(xs, {n: %, l: [%, 1]}) }', '(map xs (lambda (%1) {n: %1, l: [%1 1]}))'],
    ['f fn (xs) { length(filter(xs, gt(%, 3))) }', '(length (filter xs (lambda (%1) (gt %1 3))))'],
    [
      'f fn (xs) { not(is-empty(filter(xs, eq(%, "a")))) }',
      '(not ~(is-empty (filter xs (lambda (%1) (eq %1 "a")))))',
    ],
    [
      'f fn (xs) { map(xs, filter(%, gt(%, 1))) }',
      "(map xs (lambda (%1) (filter %1 (lambda (%1'2) (gt %1'2 1)))))",
    ],
    ['f fn (xs) { map(xs, map(%, %)) }', '(map xs (lambda (%1) (map %1 %1)))'],
    ['f fn (xs) { map(xs, %(%)) }', '(map xs (lambda (%1) %1))'],
    [
      'f fn (xs) { map(xs, (x) { map(x, add(%, 1)) }) }',
      '(map xs (lambda (x) (map x (lambda (%1) (add %1 1)))))',
    ],
    ['f fn (xs) { xs |> map(mul(%, 2)) }', '(map xs (lambda (%1) (mul %1 2)))'],
    [
      'ap fn (x, f: Fn | Null) { f(x) } f fn () { ap(3, add(%, 1)) }',
      '(::t/ap#0 3 (lambda (%1) (add %1 1)))',
    ],
    [
      'f fn () { ap fn (x, g: Fn?) { g(x) } ap(3, add(%, 1)) }',
      '(block ap = (fn (x,g) (call g x)); (ap#0 3 (lambda (%1) (add %1 1))))',
    ],
    [
      'f fn (xs) { partition(xs, gt(%, 2)) sort(xs, %.a) }',
      "(block (partition xs (lambda (%1) (gt %1 2))) (sort xs (lambda (%1'2) %1'2.a)))",
    ],
    ['f fn (xs) { map(xs, if(gt(%, 1), %, 0)) }', '(map xs (lambda (%1) (if (gt %1 1) %1 0)))'],
    ['f fn (r) { if-ok(r, add(%, 1)) }', '(if-ok ~r ~(lambda (%1) (add %1 1)))'],
    [
      'f fn (xs) { map(xs, match % { Int => % _ => 0 }) }',
      '(map xs (lambda (%1) (match:one %1 <Int => %1> <_ => 0>)))',
    ],
    ['f fn () { h %(add(%1, %2)) h(1, 2) }', '(block h = (lambda (%1,%2) (add %1 %2)); (call h 1 2))'],
    ['h %(map(%2, mul(%, 2))) f fn () { h(1, [2]) }', '(::t/h#0 1 [2])'],
  ]);

  it('is refused where no parameter is declared Fn', () => {
    const program = analyseTexts(['::t ns x add(%, 1)']);
    expect(program.diagnostics.map((one) => [one.code, one.message])).toEqual([
      [
        'call-lib-error',
        'Placeholder `%` in `x` (in `::t`) has no enclosing parameter slot of type `Fn` to bind to. ' +
          'Wrap the expression with `%(expr)` to make it a function',
      ],
    ]);
  });
});

describe('laziness', () => {
  table([
    ['f fn (c, lazy x) { if(c, do x, x) }', '(if c (force x) (force x))'],
    ['f fn (lazy x) { is-err(x) }', '(is-err ~~x)'],
    ['f fn (lazy x) { add(x, 1) }', '(add (force x) 1)'],
    ['f fn (lazy x) { call(x) }', '(call x)'],
    ['f fn (lazy x) { [x, do x] }', '[x (force x)]'],
    [
      'g fn (lazy y) { 1 } f fn (lazy x) { g(x) g(1) g(() { 2 }) }',
      '(block (::t/g#0 ~~x) (::t/g#0 ~1) (::t/g#0 ~2))',
    ],
    ['f fn (c) { if(c, () { 1 }, 2) }', '(if c 1 2)'],
    ['f fn (a, b) { and(a, or(b, a), not(b)) }', '(and a (or b a) (not ~b))'],
    ['f fn (x) { err("x") |> is-err }', '(is-err ~(err "x"))'],
    ['f fn (x) { err("x") |> if-err("y") }', '(if-err ~(err "x") ~"y")'],
    ['f fn (x) { x |> if(1, 2) }', '(if x 1 2)'],
    ['if ::hot::bool/if f fn (x) { if(x, 1) }', '(if x 1)'],
    ['f fn (x) { assert-eq(1, x, `t ${x}`) }', '(assert-eq ~1 ~x (template "t " x))'],
  ]);
});

describe('tail calls', () => {
  table([
    [
      'f fn cond (n) { lte(n, 0) => { 0 } => { f(sub(n, 1)) } }',
      '(cond:one <(lte n 0) => cond_branch_0@0> <_ => cond_branch_1@(::t/f#0!self (sub n 1))>)',
    ],
    [
      'f fn (n) { if(n, f(1), serial { a 1 f(a) }) }',
      '(if n (::t/f#0!self 1) (block a = 1; (::t/f#0!self a)))',
    ],
    [
      'f fn match (n) { Int => f(1) _ => add(f(2), 1) }',
      '(match:one n <Int => (::t/f#0!self 1)> <_ => (add (::t/f#0 2) 1)>)',
    ],
    ['f fn (n) { a f(n) f(a) |> first }', '(block a = (::t/f#0 n); (first (::t/f#0 a)))'],
    ['f fn (n) { [f(n)] }', '[(::t/f#0 n)]'],
    ['f fn (n) { parallel { a f(n) } }', '(parallel:map 1:a = (::t/f#0 n) [[0]])'],
    [
      'f fn (n) { x: All<Vec> cond { n => f(n) } x }',
      '(block x = (cond:vec <n => cond_branch_0@(::t/f#0 n)>); x)',
    ],
    ['f fn (a) { f(1, 2) }, (a, b) { f(1) }', '(::t/f#1 1 2) , (::t/f#0 1)'],
    ['f fn (a: Int) { f(1) }, (a: Str) { 2 }', '(::t/f#0,1!maybe-self 1) , 2'],
    ['f fn () { g fn (n) { if(n, g(1), 0) } g(5) }', '(block g = (fn (n) (if n (g#0!self 1) 0)); (g#0 5))'],
    ['f fn (n) { map(n, (x) { f(x) }) }', '(map n (lambda (x) (::t/f#0 x)))'],
    ['f fn (n, ...r) { f(...r) }', '(::t/f#0 ...r)'],
  ]);
});

describe('flows and their shapes', () => {
  table([
    ['f fn (): All<Vec> { x 1 add(x, 1) y 5 }', '(collect:vec +x = 1; (add x 1) +y = 5;)'],
    ['f fn serial (): All<Map> { x 1 }', '(collect:map +x = 1;)'],
    ['f fn (x): All<Vec> match x { Int => 1 }', '(match:vec x <Int => 1>)'],
    ['f fn (): All<Map> { parallel { a 1 } }', '(collect:map (parallel:map 0:a = 1 [[0]]))'],
    ['f fn parallel (): Int { a 1 b 2 }', '(parallel:one 0:a = 1 0:b = 2 [[0,1]])'],
    ['f fn cond-all (): Map { true => 1 }', '(cond-all:one <true => cond_branch_0@1>)'],
    ['f fn () { d: Int cond-all { true => k { 1 } } d }', '(block d = (cond-all:one <true => k@1>); d)'],
    ['f fn () { cond-all (x): Map { x => 1 } }', '(lambda (x) (cond-all:map <x => cond_branch_0@1>))'],
    [
      'f fn () { d: All cond-all { true => 1 } d }',
      '(block d = (cond-all:map <true => cond_branch_0@1>); d)',
    ],
    ['f fn () { t: All All({value: [1]}) t }', '(block t = (new:::hot::type/All {value: [1]}); t)'],
    [
      'f fn () { p: All<Map> 5 |> add(1) |> first p }',
      '(block p = (pipe:map $pipe_0 = 5 $pipe_1 = (add $pipe_0 1) $pipe_2 = (first $pipe_1)); p)',
    ],
    [
      'f fn (a) { cond(a, 1) }',
      "(cond:one <(block $cond = a;) => cond_branch_0@$cond> <(block $cond'2 = 1;) => cond_branch_1@$cond'2>)",
    ],
    [
      'f fn () { parallel { a 10 b 20 c add(a, 1) d add(b, c) } }',
      '(parallel:map 0:a = 10 0:b = 20 1:c = (add a 1) 2:d = (add b c) [[0,1],[2],[3]])',
    ],
    ['f fn () { parallel { a add(1, 2) b 5 } }', '(parallel:map 1:a = (add 1 2) 0:b = 5 [[1],[0]])'],
    [
      'f fn () { parallel { a 1 c add(b, 1) b 2 } }',
      '(parallel:map 0:a = 1 1:c = (add b 1) 0:b = 2 [[0,2],[1]])',
    ],
  ]);

  it('halts in a circular parallel when it is reached, and warns before', () => {
    const program = analyseTexts(['::t ns f fn (xs) { parallel { a b b a c 1 first first(xs) } }']);
    expect(coreOf(program, '::t/f')).toBe(
      '(halt "Circular dependency detected in parallel flow. Variables involved: a, b, first")',
    );
    expect(program.diagnostics.map((one) => [one.severity, one.code])).toEqual([
      ['warning', 'circular-parallel'],
    ]);
    expect(program.ok).toBe(true);
  });

  it('wants a container for All on flows that give one value', () => {
    const program = analyseTexts(['::t ns f fn () { x: All serial { a 1 } x }']);
    expect(program.diagnostics[0]?.message).toContain(
      'Bare All annotations are only allowed on collect-all flows',
    );
  });
});

describe('match', () => {
  table([
    [
      'f fn match (r) { Result.Ok => { mul(r, 2) } Result.Err (e) => { `${r} ${e}` } }',
      "(match:one:result r <Result.Ok!(r'2) => (mul r'2 2)> <Result.Err!(r'3,e) => (template r'3 \" \" e)>)",
    ],
    [
      'f fn () { r ok(1) match r { Result.Ok | Result.Err => r Result => r _ => r } }',
      "(block r = (ok 1); (match:one:result r <Result.Ok|Result.Err!(r'2) => r'2> <::hot::type/Result => r> <_ => r>))",
    ],
    [
      'f fn (v) { match v { Int? => 1 0 | "a" => 2 [1] => 3 Any (x) => x } }',
      '(match:one v <Int|null => 1> <0|"a" => 2> <[1] => 3> <any(x) => x>)',
    ],
    [
      'S enum { A, B(C) } C type { n: Int } f fn (s) { match s { S.A => 1 S => 2 C => 3 } }',
      '(match:one s <S.A => 1> <::t/S => 2> <::t/C => 3>)',
    ],
    ['Result enum { Ok } f fn (r) { match r { Result.Ok => r } }', '(match:one r <Result.Ok => r>)'],
    [
      'R ::hot::type/Result f fn (r) { match r { R.Ok => r } }',
      "(match:one:result r <Result.Ok!(r'2) => r'2>)",
    ],
    ['f fn (lazy r) { match r { Result.Err => 1 } }', "(match:one:result (force r) <Result.Err!(r'2) => 1>)"],
    [
      'O enum open { A } Z type { n: Int } Z -> O.Z f fn (o) { match o { O.Z => 1 _ => 2 } }',
      '(match:one o <O.Z => 1> <_ => 2>)',
    ],
  ]);

  it('keeps Results for the first parameter of a match on them', () => {
    const program = analyseTexts(['::t ns f fn match (r, s) { Result.Ok => 1 } g fn match (r) { Int => 1 }']);
    const raw = (name: string): readonly boolean[] | undefined =>
      program.functions.find((fn) => fn.fullName === name)?.overloads[0]?.params.map((param) => param.raw);
    expect(raw('::t/f')).toEqual([true, false]);
    expect(raw('::t/g')).toEqual([false]);
  });

  it.each([
    ['Shape.Circle', 'Shape.Circle'],
    ['::hot::type/Str', '::hot::type/Str'],
    ['"a" | "b"', '"a" | "b"'],
    ['Str?', 'Str | Null'],
    ['200', '200'],
    ['1.50', '1.50'],
    ['null', 'null'],
    ['[1, "x"]', '[\n  1,\n  "x"\n]'],
    ['{a: 1, "b c": []}', '{\n  a: 1,\n  "b c": []\n}'],
    ['{}', '{}'],
    ['Any', 'Any'],
    ['_', '_'],
  ])('names the arm %s by its text', (pattern, key) => {
    const text = `::t ns\nC type { n: Int }\nShape enum { Circle(C) }\nf fn (x) { match-all x { ${pattern} => 1 } }`;
    const program = analyseTexts([text]);
    const body = program.functions.find((fn) => fn.fullName === '::t/f')?.overloads[0]?.body;
    expect(body?.kind === 'match' ? body.arms.map((arm) => arm.key) : body).toEqual([key]);
  });
});

describe('local definitions', () => {
  table([
    [
      'f fn () { Item type { id: Int } Cart type { items: Vec<Item> } c Cart({items: []}) is-type(c, Item) }',
      '(block (local-type Item) (local-type Cart) c = (new:::t/Cart {items: []}); (is-type ~c type:::t/Item))',
    ],
    [
      'f fn () { R type { a: Int } fn (n: Int): R { R({a: n}) } R(5) }',
      '(block (local-type R (fn (n) (new:::t/R {a: n}))) (new:::t/R 5))',
    ],
    ['f fn (x) { {h: fn (a) { add(a, x) }, (a, b) { a }} }', "{h: (fn |x| (a) (add a x) , (a'2,b) a'2)}"],
  ]);

  it('keeps two local types of one name apart', () => {
    const program = analyseTexts([
      '::t ns f fn () { T type { a: Int } T({a: 1}) } g fn () { T type { b: Int } T({b: 1}) }',
    ]);
    const types = program.types.filter((type) => type.name === 'T');
    expect(types.map((type) => (type.kind === 'struct' ? type.fields[0]?.name : ''))).toEqual(['a', 'b']);
    expect(types.every((type) => type.local && type.fullName === '::t/T')).toBe(true);
  });
});
