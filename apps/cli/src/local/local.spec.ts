import { fmtCommand } from '../commands/fmt.command';
import { evalCommand, runCommand } from '../commands/run.command';
import { testCommand } from '../commands/test.command';
import { Workspace } from '../testing/workspace';

const CONF = '::hot::conf ns\nhot.set.project "shop"\n';
const SHOP = `::shop ns
total fn (lines) { reduce(lines, (acc, l) { add(acc, mul(l.qty, l.price)) }, 0) }
stock fn () { fail("no stock", {code: 7}) }
`;
const TESTS = `::shop::tests ns
adds-up meta ["test"] fn () { assert-eq(10, ::shop/total([{qty: 2, price: 5}])) }
empty meta {test: true} fn () { println("looking") assert-eq(1, ::shop/total([]), "nothing is one") }
crash meta ["test"] fn () { ::shop/stock() }
`;

describe('programs on this machine', () => {
  let place: Workspace;
  beforeEach(async () => {
    place = await Workspace.make('project');
    await place.put('hot.hot', CONF);
    await place.put('hot/src/shop.hot', SHOP);
  });
  afterEach(() => place.remove());

  describe('hot eval', () => {
    it('prints the value, with the sources of the project at hand', async () => {
      expect(await place.call(evalCommand, '::shop/total([{qty: 2, price: 1.25}])')).toBe(0);
      expect(place.out).toBe('2.50\n');
    });

    it('prints it as JSON when asked', async () => {
      expect(await place.call(evalCommand, '{a: [1]}', '--value.format', 'json')).toBe(0);
      expect(place.out).toBe('{\n  "a": [\n    1\n  ]\n}\n');
    });

    it('lets what the code writes stand before the value', async () => {
      await place.call(evalCommand, 'println("first") 2');
      expect(place.out).toBe('first\n2\n');
    });

    it('ends with the code that a program gives to exit, and shows nothing after it', async () => {
      expect(await place.call(evalCommand, 'println("before") exit(3) println("after")')).toBe(3);
      expect(place.out).toBe('before\n');
      expect(await place.call(evalCommand, 'is-err(exit(4))')).toBe(4);
      expect(await place.call(evalCommand, 'exit(0)')).toBe(0);
      expect(await place.call(evalCommand, 'println("x") exit(0) fail("not reached")')).toBe(0);
    });

    it('lets calls stand inside each other as deep as the environment says', async () => {
      const deep = 'f fn (n) { if(lt(n, 1), 0, add(1, f(sub(n, 1)))) } f(100)';
      place.env = { HOT_MAX_RECURSION_DEPTH: '50' };
      expect(await place.call(evalCommand, deep)).toBe(1);
      expect(place.err).toContain('recursion limit reached (depth 50, max 50)');
      for (const HOT_MAX_RECURSION_DEPTH of ['200', '-1', 'many']) {
        place.env = { HOT_MAX_RECURSION_DEPTH };
        expect(await place.call(evalCommand, deep)).toBe(0);
      }
    });

    it('gives the environment to the program', async () => {
      await place.call(evalCommand, '::hot::env/get("GREETING", "none")');
      expect(place.out).toBe('"hello"\n');
    });

    it('does not begin while a context variable is missing that a function needs which it may call', async () => {
      await place.put(
        'hot/src/bank.hot',
        `::bank ns meta {ctx: {"bank.url": {required: true}, "bank.mode": {default: "test"}}}
limit 5
key meta {ctx: ["bank.key"]} fn () { ::hot::ctx/get("bank.key") }
via fn () { key() }
`,
      );
      expect(await place.call(evalCommand, '::bank/limit')).toBe(0);
      expect(await place.call(evalCommand, 'println("begun") ::bank/via()')).toBe(1);
      expect(place.out).toBe('5\n');
      expect(place.err).toContain(
        'failed: Context requirements not satisfied:\n  - bank.key (required by ::bank/key)\n' +
          '  - bank.url (required by ::bank)\nPlease set these as context variables.\n',
      );
      await place.put('more.hot', '::hot::ctx/set({"bank.key": "k-1", "bank.url": "https://bank.test"})');
      expect(await place.call(evalCommand, '::bank/via()', '--ctx', 'more.hot')).toBe(0);
      expect(place.out).toBe('5\n"k-1"\n');
    });

    it('names a call once that stands in the stack many times in a row', async () => {
      expect(await place.call(evalCommand, 'f fn (n) { add(1, f(n)) } f(1)')).toBe(1);
      expect(place.err).toMatch(/recursion limit reached.*\n {2}at \S+f \(eval:1:19\), \d+ times\n$/);
    });

    it('says what failed and where', async () => {
      expect(await place.call(evalCommand, '::shop/stock()')).toBe(1);
      expect(place.out).toBe('');
      expect(place.err).toContain('failed: no stock\n');
      expect(place.err).toContain('at ::shop/stock (hot/src/shop.hot:3:15)');
    });

    it('shows what does not compile', async () => {
      expect(await place.call(evalCommand, 'nope(1)')).toContain('eval:1:1');
      expect(place.out).toBe('');
    });

    it('refuses a format that it does not know', async () => {
      expect(await place.call(evalCommand, '1', '--value.format', 'xml')).toContain('hot or json');
    });

    it('reads hot/ctx.hot and the files named by --ctx', async () => {
      await place.put('hot/ctx.hot', '::hot::ctx/set({a: 1, b: 1})');
      await place.put('more.hot', '::hot::run::ctx ns\n::hot::ctx/set({b: 2})');
      await place.call(evalCommand, '[::hot::ctx/get("a"), ::hot::ctx/get("b")]', '--ctx', 'more.hot');
      expect(place.out).toBe('[\n  1,\n  2\n]\n');
    });
  });

  describe('hot run', () => {
    it('runs a file and prints its last value', async () => {
      await place.put('script.hot', 'x ::shop/total([{qty: 3, price: 2}])\nadd(x, 1)');
      expect(await place.call(runCommand, 'script.hot')).toBe(0);
      expect(place.out).toBe('7\n');
    });

    it('does not load a file of the project twice', async () => {
      await place.put('hot/src/boot.hot', '::boot ns\nprintln("once")\n5');
      expect(await place.call(runCommand, 'hot/src/boot.hot')).toBe(0);
      expect(place.out).toBe('once\n5\n');
    });

    it('names a file that is not there', async () => {
      expect(await place.call(runCommand, 'nope.hot')).toBe('nope.hot does not exist');
    });
  });

  describe('hot test', () => {
    it('runs all tests and tells which failed and why', async () => {
      await place.put('hot/test/shop.hot', TESTS);
      expect(await place.call(testCommand)).toBe(1);
      expect(place.out).toContain('running 3 tests');
      expect(place.out).toMatch(/::shop::tests\/adds-up +\.\.\. {3}ok/);
      expect(place.out).toContain('::shop::tests/empty  hot/test/shop.hot:3\n');
      expect(place.out).toContain('✗ nothing is one: expected 1, got 0  hot/test/shop.hot:3:52\n');
      expect(place.out).toContain('looking');
      expect(place.out).toMatch(/Test execution error: no stock {2}hot\/src\/shop\.hot:\d+:\d+\n/);
      expect(place.out).toContain('1 passed, 2 failed; 1 of 2 assertions');
      expect(place.out).not.toContain('tests passed');
    });

    it('runs those whose name contains the pattern', async () => {
      await place.put('hot/test/shop.hot', TESTS);
      expect(await place.call(testCommand, 'adds')).toBe(0);
      expect(place.out).toContain('1 passed; 1 of 1 assertions');
    });

    it('reports files that do not compile and runs the rest', async () => {
      await place.put('hot/test/shop.hot', '::shop::tests ns\nfine meta ["test"] fn () { assert(true) }');
      await place.put('hot/test/broken.hot', '::broken ns\nf fn () { nope( }');
      await place.put(
        'hot/test/needs-broken.hot',
        '::needs ns\ng meta ["test"] fn () { ::broken/f(::broken/g()) }',
      );
      expect(await place.call(testCommand)).toBe(1);
      expect(place.err).toContain('hot/test/broken.hot:2:17');
      expect(place.err).toContain('hot/test/needs-broken.hot:2:25');
      expect(place.err).toContain('and 1 more; hot/test/broken.hot may be why');
      expect(place.out).toContain('1 passed, 2 files not compiled');
    });

    it('has an exit code of its own when there are no tests, unless that is allowed', async () => {
      expect(await place.call(testCommand)).toBe(3);
      expect(await place.call(testCommand, '--test.allow-empty', 'true')).toBe(0);
      await place.put('hot.hot', `${CONF}hot.project.shop.test.allow-empty true`);
      expect(await place.call(testCommand)).toBe(0);
    });

    it('shows the output of tests at once when it is not captured', async () => {
      await place.put('hot/test/shop.hot', TESTS);
      await place.call(testCommand, 'empty', '--test.capture', 'false');
      expect(place.out.indexOf('looking')).toBeLessThan(place.out.indexOf('::shop::tests/empty'));
    });

    it('says where the assertions stand that failed, among what else was written', async () => {
      await place.put(
        'hot/test/shop.hot',
        '::shop::tests ns\nchecks fn (n) {\n  assert-eq(n, 1)\n  println("between")\n  assert(null, "thing")\n}\n' +
          'twice meta ["test"] fn () { checks(2) assert(true, "fine") }',
      );
      expect(await place.call(testCommand)).toBe(1);
      expect(place.out).toContain(
        [
          '::shop::tests/twice  hot/test/shop.hot:7',
          '    ✗ expected 2, got 1  hot/test/shop.hot:3:3',
          'between',
          '    ✗ thing  hot/test/shop.hot:5:3',
          '    ✓ fine',
          '',
        ].join('\n'),
      );
      place.out = '';
      await place.call(testCommand, '--json');
      expect(JSON.parse(place.out)).toMatchObject({
        results: [
          {
            failures: ['expected 2, got 1', 'thing'],
            failedAt: [
              { file: 'hot/test/shop.hot', line: 3, column: 3 },
              { file: 'hot/test/shop.hot', line: 5, column: 3 },
            ],
            errorAt: null,
          },
        ],
      });
    });

    it('takes further folders with -s and -t', async () => {
      await place.put('lib/more.hot', '::more ns\nfive fn () { 5 }');
      await place.put(
        'checks/more.hot',
        '::more::tests ns\nt meta ["test"] fn () { assert-eq(5, ::more/five()) }',
      );
      expect(await place.call(testCommand, '-s', 'lib', '-t', 'checks')).toBe(0);
    });

    it('writes one JSON document with --json', async () => {
      await place.put('hot/test/shop.hot', TESTS);
      expect(await place.call(testCommand, '--json')).toBe(1);
      expect(JSON.parse(place.out)).toMatchObject({
        passed: false,
        tests: { passed: 1, failed: 2 },
        assertions: { passed: 1, failed: 1 },
        notCompiled: [],
        results: [
          { name: '::shop::tests/adds-up', passed: true, error: null },
          { passed: false, failures: ['nothing is one: expected 1, got 0'] },
          { passed: false, error: 'no stock' },
        ],
      });
    });

    it('counts a value of the project that fails as a failure of the whole', async () => {
      await place.put('hot/src/boot.hot', '::boot ns\nx fail("no boot")');
      await place.put('hot/test/shop.hot', TESTS);
      expect(await place.call(testCommand, 'adds')).toBe(1);
      expect(place.err).toContain('failed: no boot');
    });
  });

  describe('hot fmt', () => {
    const UGLY = 'f   fn (a) { a }   \n\n';
    it('rewrites what is laid out otherwise, once', async () => {
      await place.put('a.hot', UGLY);
      expect(await place.call(fmtCommand, 'a.hot')).toBe(0);
      const text = await place.read('a.hot');
      expect(text).not.toBe(UGLY);
      expect(await place.call(fmtCommand, 'a.hot', '--check')).toBe(0);
    });

    it('only reports with --check', async () => {
      await place.put('a.hot', UGLY);
      expect(await place.call(fmtCommand, 'a.hot', '--check')).toBe(1);
      expect(place.out).toBe('a.hot is not formatted\n');
      expect(await place.read('a.hot')).toBe(UGLY);
    });

    it('leaves a file alone that does not parse, and says where', async () => {
      await place.put('a.hot', 'f fn ( {');
      expect(await place.call(fmtCommand, 'a.hot')).toBe('Some files could not be formatted');
      expect(place.err).toMatch(/^a\.hot:1:\d+: /);
    });
  });
});
