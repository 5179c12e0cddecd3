import { analyseTexts } from '../support/analyse';
import { CorePrinter, metaText, typeRefText } from '../support/print-core';
import type { Program } from '../../src/analyse/program';

const steps = (program: Program): readonly string[] =>
  program.init
    .filter((step) => !step.ns.name.startsWith('::hot::') || step.ns.name === '::hot::main')
    .map((step) => {
      const path = step.steps.map((one) => (one.kind === 'name' ? `.${one.name}` : '[…]')).join('');
      return `${step.pure ? 'pure ' : ''}${step.cell.fullName}${path} = ${new CorePrinter().core(step.value)}`;
    });

describe('top-level values', () => {
  it('run namespace by namespace in load order, the default namespace last', () => {
    const program = analyseTexts(['x 1', '::a ns p 1 println("e") p 2', '::b ns q ::a/p', '::a ns r 3']);
    expect(steps(program)).toEqual(
      [
        '::a/p = 1',
        '::a/$var_1 = (println "e")',
        '::a/p = 2',
        'pure ::a/r = 3',
        'pure ::hot::main/x = 1',
      ].map((line) => (line.startsWith('::a/p') ? `pure ${line}` : line)),
    );
  });

  it('accumulates deep assignments into one cell', () => {
    expect(steps(analyseTexts(['::c ns hot.a 1 hot.b.c add(1, 2)']))).toEqual([
      'pure ::c/hot.a = 1',
      'pure ::c/hot.b.c = (add 1 2)',
    ]);
  });

  it('are pure only when nothing in them needs the run', () => {
    const program = analyseTexts([
      '::p ns a 1 b [a, {c: add(a, 1)}] c ::hot::env/get("X") d add(c, 1) e help(2) g [sideways] ' +
        'h fn (n) { println(n) } help fn (n) { mul(n, a) } sideways fn () { h(1) } k map([1], help) ' +
        'l (x) { x } m {f: (x) { h(x) }} n {f: (x) { mul(x, 2) }} o loop(3) loop fn (n) { loop(n) } ' +
        'q parallel { a 1 }',
    ]);
    const pure = program.init
      .filter((step) => step.ns.name === '::p' && step.pure)
      .map((step) => step.cell.name);
    expect(pure).toEqual(['a', 'b', 'e', 'k', 'n']);
  });

  it('are not pure when a later step of the same name is not, nor is what read them', () => {
    const program = analyseTexts(['::p ns a 1 b [a] a ::hot::env/get("X")']);
    expect(program.init.filter((step) => step.ns.name === '::p').map((step) => step.pure)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('are not pure when a conversion could run an arrow with an effect', () => {
    const texts = ['::p ns M type { a: Int } x M({a: 1}) y `${x}`'];
    const pure = (more: string): readonly boolean[] =>
      analyseTexts([`${texts[0]} ${more}`])
        .init.filter((step) => step.ns.name === '::p')
        .map((step) => step.pure);
    expect(pure('M -> Str fn (m) { "m" }')).toEqual([true, true]);
    expect(pure('M -> Str fn (m) { println("m") }')).toEqual([false, false]);
  });

  it('do not see their own name before it is defined', () => {
    expect(
      steps(analyseTexts(['::c ns xs [1] count count(xs) first [first(xs), map(xs, (x) { first })]'])),
    ).toEqual([
      'pure ::c/xs = [1]',
      'pure ::c/count = (count @::c/xs)',
      '::c/first = [(first @::c/xs) (map @::c/xs (lambda (x) @::c/first))]',
    ]);
    expect(analyseTexts(['::c ns x add(x, 1)']).diagnostics.map((one) => one.code)).toEqual([
      'unresolved-variable',
    ]);
    expect(analyseTexts(['::c ns x 1 x add(x, 1)']).diagnostics).toEqual([]);
  });

  it('treats a lambda at top level as a function that exists before anything runs', () => {
    const program = analyseTexts(['::p ns x twice(2) twice (n) { mul(n, 2) }']);
    expect(steps(program)).toEqual(['pure ::p/x = (::p/twice#0 2)']);
  });
});

describe('types', () => {
  const program = analyseTexts([
    '::t ns\nUser type { id: Str, nick: Str?, size: Size | Str, any: Any, level: Maybe, tags: Vec<Tag> }\n' +
      'Size enum { S, L(Tag) }\nTag type { n: Int }\nMaybe type "a" | null\nMark type {}\n' +
      'Plugin enum open { Core }\nZip type { path: Str }\nZip -> Plugin.Zip\n' +
      'Tar -> Plugin.Archive fn (t) { Plugin.Archive({path: t.file}) }\nTar type { file: Str }\n' +
      'L type open "low"\nL type open | "high" | "low"\nH type { z: Plugin.Zip }',
  ]);
  const type = (name: string) => program.types.find((one) => one.fullName === `::t/${name}`);

  it('knows which fields are required', () => {
    expect(program.diagnostics).toEqual([]);
    const user = type('User');
    const fields = user?.kind === 'struct' ? user.fields : [];
    expect(
      fields.map(
        (field) => `${field.name}${field.required ? '!' : ''} ${typeRefText(field.type)} ${field.typeText}`,
      ),
    ).toEqual([
      'id! Str Str',
      'nick (Str|Null) Str?',
      'size! (::t/Size|Str) Size | Str',
      'any Any Any',
      'level ::t/Maybe Maybe',
      'tags! Vec<::t/Tag> Vec<Tag>',
    ]);
  });

  it('enrolls variants by arrows', () => {
    const plugin = type('Plugin');
    const variants = plugin?.kind === 'enum' ? plugin.variants : [];
    expect(
      variants.map((one) => `${one.name} ${one.payload ? typeRefText(one.payload) : '-'} ${one.enrolled}`),
    ).toEqual(['Core - false', 'Zip ::t/Zip true', 'Archive Any true']);
  });

  it('collects the members of an open literal union', () => {
    const union = type('L');
    expect(union?.kind === 'alias' ? typeRefText(union.target) : '').toBe('("low"|"high")');
  });

  it('fills in what an arrow leaves out', () => {
    const [overload] = program.functions.find((fn) => fn.name === 'Tar -> Plugin.Archive')?.overloads ?? [];
    expect(overload?.params.map((param) => param.type && typeRefText(param.type))).toEqual(['::t/Tar']);
    expect(overload?.returns && typeRefText(overload.returns)).toBe('::t/Plugin.Archive');
  });

  it('marks parameters that an arrow may convert to', () => {
    const found = analyseTexts([
      '::t ns A type {x: Int} B type {x: Int} A -> B fn (a) { B({x: 1}) } f fn (a: A, b: B?) { b }',
    ]);
    const [overload] = found.functions.find((fn) => fn.fullName === '::t/f')?.overloads ?? [];
    expect(overload?.params.map((param) => param.coercible)).toEqual([false, true]);
  });
});

describe('metadata', () => {
  it('merges clauses, resolves names and inherits through imports', () => {
    const program = analyseTexts([
      '::t ns Bot type {}\nf meta {doc: "a", agent: Bot, on: ::hot::math/add} fn () { 1 } meta {doc: "b"}\n' +
        'g meta {x: 1} f\nh meta ["test"] fn () { 1 }\nk meta {agent: Nope} fn () { 1 }',
    ]);
    const members = program.namespaces.find((ns) => ns.name === '::t')?.members;
    expect(metaText(members?.get('f')?.meta ?? null)).toBe(
      '{doc: "b", agent: &::t/Bot, on: &::hot::math/add}',
    );
    expect(metaText(members?.get('g')?.meta ?? null)).toBe(
      '{doc: "b", agent: &::t/Bot, on: &::hot::math/add, x: 1}',
    );
    expect(members?.get('g')?.aliasOf).toBe('::t/f');
    expect(metaText(members?.get('k')?.meta ?? null)).toBe('{agent: &?Nope}');
  });

  it('finds tests in order, in all forms of the tag', () => {
    const program = analyseTexts([
      '::t ns a meta ["test"] fn () { 1 } b meta {test: true} fn () { 1 } c meta "test" fn () { 1 } ' +
        'd meta {test: false} fn () { 1 } e meta ["test"] 5',
      '::u ns meta ["test"] x fn () { 1 } y ::t/a',
    ]);
    expect(program.tests.map((test) => test.fullName)).toEqual(['::t/a', '::t/b', '::t/c', '::u/y']);
  });

  it('makes core definitions visible everywhere, below those of the namespace itself', () => {
    const program = analyseTexts([
      '::c ns sq meta {core: true} fn (n) { n } cube meta ["core"] fn (n) { n }',
      '::d ns x sq(3) cube fn (a, b) { a } y cube(1, 2)',
    ]);
    expect(program.diagnostics).toEqual([]);
  });
});

describe('call sites', () => {
  it('carry the place in code points and what is called', () => {
    const program = analyseTexts(['::t ns\nx "😀" y add(1, mul(2, 3))']);
    const own = program.callSites.filter((site) => site.file === 1);
    expect(own.map((site) => `${site.line}:${site.column} ${site.callee}`)).toEqual(['2:9 add', '2:16 mul']);
  });
});
