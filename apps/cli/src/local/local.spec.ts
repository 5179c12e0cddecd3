import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Flags, type Command } from '../commands/command';
import { fmtCommand } from '../commands/fmt.command';
import { evalCommand, runCommand } from '../commands/run.command';
import { testCommand } from '../commands/test.command';

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
  let folder: string;
  let out: string;
  let err: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hot-local-'));
    out = '';
    err = '';
    await put('hot.hot', CONF);
    await put('hot/src/shop.hot', SHOP);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function put(name: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }

  /** Exit code, or the message of what was thrown. */
  async function call(command: Command, ...args: readonly string[]): Promise<number | string> {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: command.options,
      allowPositionals: true,
    });
    try {
      return await command.run({
        cwd: folder,
        positionals,
        flags: new Flags(values),
        env: { GREETING: 'hello' },
        out: {
          print: (line) => (out += `${line}\n`),
          note: (line) => (err += `${line}\n`),
          write: (stream, text) => (stream === 'out' ? (out += text) : (err += text)),
          isTerminal: false,
        },
      });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  describe('hot eval', () => {
    it('prints the value, with the sources of the project at hand', async () => {
      expect(await call(evalCommand, '::shop/total([{qty: 2, price: 1.25}])')).toBe(0);
      expect(out).toBe('2.50\n');
    });

    it('prints it as JSON when asked', async () => {
      expect(await call(evalCommand, '{a: [1]}', '--value.format', 'json')).toBe(0);
      expect(out).toBe('{\n  "a": [\n    1\n  ]\n}\n');
    });

    it('lets what the code writes stand before the value', async () => {
      await call(evalCommand, 'println("first") 2');
      expect(out).toBe('first\n2\n');
    });

    it('gives the environment to the program', async () => {
      await call(evalCommand, '::hot::env/get("GREETING", "none")');
      expect(out).toBe('"hello"\n');
    });

    it('says what failed and where', async () => {
      expect(await call(evalCommand, '::shop/stock()')).toBe(1);
      expect(out).toBe('');
      expect(err).toContain('failed: no stock\n');
      expect(err).toContain('at ::shop/stock (hot/src/shop.hot:3:15)');
    });

    it('shows what does not compile', async () => {
      expect(await call(evalCommand, 'nope(1)')).toContain('eval:1:1');
      expect(out).toBe('');
    });

    it('refuses a format that it does not know', async () => {
      expect(await call(evalCommand, '1', '--value.format', 'xml')).toContain('hot or json');
    });

    it('reads hot/ctx.hot and the files named by --ctx', async () => {
      await put('hot/ctx.hot', '::hot::ctx/set({a: 1, b: 1})');
      await put('more.hot', '::hot::run::ctx ns\n::hot::ctx/set({b: 2})');
      await call(evalCommand, '[::hot::ctx/get("a"), ::hot::ctx/get("b")]', '--ctx', 'more.hot');
      expect(out).toBe('[\n  1,\n  2\n]\n');
    });
  });

  describe('hot run', () => {
    it('runs a file and prints its last value', async () => {
      await put('script.hot', 'x ::shop/total([{qty: 3, price: 2}])\nadd(x, 1)');
      expect(await call(runCommand, 'script.hot')).toBe(0);
      expect(out).toBe('7\n');
    });

    it('does not load a file of the project twice', async () => {
      await put('hot/src/boot.hot', '::boot ns\nprintln("once")\n5');
      expect(await call(runCommand, 'hot/src/boot.hot')).toBe(0);
      expect(out).toBe('once\n5\n');
    });

    it('names a file that is not there', async () => {
      expect(await call(runCommand, 'nope.hot')).toBe("nope.hot can't be read");
    });
  });

  describe('hot test', () => {
    it('runs all tests and tells which failed and why', async () => {
      await put('hot/test/shop.hot', TESTS);
      expect(await call(testCommand)).toBe(1);
      expect(out).toContain('running 3 tests');
      expect(out).toMatch(/::shop::tests\/adds-up +\.\.\. {3}ok/);
      expect(out).toContain('nothing is one: expected 1, got 0');
      expect(out).toContain('looking');
      expect(out).toContain('Test execution error: no stock');
      expect(out).toContain('1 passed, 2 failed; 1 of 2 assertions');
    });

    it('runs those whose name contains the pattern', async () => {
      await put('hot/test/shop.hot', TESTS);
      expect(await call(testCommand, 'adds')).toBe(0);
      expect(out).toContain('1 passed; 1 of 1 assertions');
    });

    it('reports files that do not compile and runs the rest', async () => {
      await put('hot/test/shop.hot', '::shop::tests ns\nfine meta ["test"] fn () { assert(true) }');
      await put('hot/test/broken.hot', '::broken ns\nf fn () { nope( }');
      await put('hot/test/needs-broken.hot', '::needs ns\ng meta ["test"] fn () { ::broken/f() }');
      expect(await call(testCommand)).toBe(1);
      expect(err).toContain('hot/test/broken.hot:2:17');
      expect(err).toContain('hot/test/needs-broken.hot:2:25');
      expect(out).toContain('1 passed, 2 files not compiled');
    });

    it('has an exit code of its own when there are no tests, unless that is allowed', async () => {
      expect(await call(testCommand)).toBe(3);
      expect(await call(testCommand, '--test.allow-empty', 'true')).toBe(0);
      await put('hot.hot', `${CONF}hot.project.shop.test.allow-empty true`);
      expect(await call(testCommand)).toBe(0);
    });

    it('shows the output of tests at once when it is not captured', async () => {
      await put('hot/test/shop.hot', TESTS);
      await call(testCommand, 'empty', '--test.capture', 'false');
      expect(out.indexOf('looking')).toBeLessThan(out.indexOf('::shop::tests/empty'));
    });

    it('takes further folders with -s and -t', async () => {
      await put('lib/more.hot', '::more ns\nfive fn () { 5 }');
      await put('checks/more.hot', '::more::tests ns\nt meta ["test"] fn () { assert-eq(5, ::more/five()) }');
      expect(await call(testCommand, '-s', 'lib', '-t', 'checks')).toBe(0);
    });

    it('writes one JSON document with --json', async () => {
      await put('hot/test/shop.hot', TESTS);
      expect(await call(testCommand, '--json')).toBe(1);
      expect(JSON.parse(out)).toMatchObject({
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
      await put('hot/src/boot.hot', '::boot ns\nx fail("no boot")');
      await put('hot/test/shop.hot', TESTS);
      expect(await call(testCommand, 'adds')).toBe(1);
      expect(err).toContain('failed: no boot');
    });
  });

  describe('hot fmt', () => {
    const UGLY = 'f   fn (a) { a }   \n\n';
    it('rewrites what is laid out otherwise, once', async () => {
      await put('a.hot', UGLY);
      expect(await call(fmtCommand, 'a.hot')).toBe(0);
      const text = await readFile(join(folder, 'a.hot'), 'utf8');
      expect(text).not.toBe(UGLY);
      expect(await call(fmtCommand, 'a.hot', '--check')).toBe(0);
    });

    it('only reports with --check', async () => {
      await put('a.hot', UGLY);
      expect(await call(fmtCommand, 'a.hot', '--check')).toBe(1);
      expect(out).toBe('a.hot is not formatted\n');
      expect(await readFile(join(folder, 'a.hot'), 'utf8')).toBe(UGLY);
    });

    it('leaves a file alone that does not parse, and says where', async () => {
      await put('a.hot', 'f fn ( {');
      expect(await call(fmtCommand, 'a.hot')).toBe('Some files could not be formatted');
      expect(err).toMatch(/^a\.hot:1:\d+: /);
    });
  });
});
