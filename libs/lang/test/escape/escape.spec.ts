/** Nothing a program is named, holds or is given reaches beyond its runtime: in this process. */
import { compileProject, loadProgram, NATIVE_SIGNATURES, runProgram, type RunHost } from '../../src';
import type { Artifact } from '../../src/embed';
import { caseFiles } from '../support/cases';
import { ATTEMPTS, NAMES_REFUSED } from './attempts';
import { reaches } from './audit';
import { NAMED } from './names';
import { argsJson, wrongWith, type EscapeProgram } from './program';
import { RECURSIONS } from './recursion';

const HOST: RunHost = {
  call: () => Promise.resolve('null'),
  post: () => undefined,
  nowUs: () => 0,
  epochMs: () => 0,
  randomBytes: (n) => new Uint8Array(n),
};

const compile = (text: string) => compileProject([{ name: 'a.hot', text, origin: 'project' }]);

function artifactOf({ program }: EscapeProgram): Artifact {
  const { artifact, diagnostics } = compile(program);
  if (artifact === null) throw new Error(diagnostics[0]?.message);
  return artifact;
}

/** What every object of this process inherits: a program that wrote there has come out. */
const inherited = (): string =>
  JSON.stringify(
    [
      Object.prototype,
      Array.prototype,
      Function.prototype,
      Map.prototype,
      Promise.prototype,
      Error.prototype,
    ].map((each) => Reflect.ownKeys(each).map(String)),
  );

describe('programs that try to get out', () => {
  const before = inherited();
  afterEach(() => {
    expect(inherited()).toBe(before);
  });

  it.each([...NAMED, ...ATTEMPTS])('$title', async (each) => {
    const artifact = artifactOf(each);
    expect(reaches(artifact.js)).toEqual([]);
    for (const trace of [false, true]) {
      const run = { fn: '::t/main', argsJson: argsJson(each), trace };
      expect(wrongWith(each, await runProgram(loadProgram(artifact), run, HOST))).toBe('');
    }
  });

  it.each(RECURSIONS)('$title', async (each) => {
    const { resultJson } = await runProgram(loadProgram(artifactOf(each)), { fn: '::t/main' }, HOST);
    expect(resultJson).toMatch(/^"ended"$|recursion limit|requires|expects|Result error/);
    expect(resultJson).not.toMatch(/Internal error|Value too large/);
  });

  it.each(NAMES_REFUSED)('refuses a name that is none: %j', (text) => {
    expect(compile(text).artifact).toBeNull();
  });

  it('take names of files as data', async () => {
    const name = '*/`${process}\u2028");//\\.hot';
    const { artifact } = compileProject([
      { name, text: '::t ns\nmain fn () { fail("x") }', origin: 'project' },
    ]);
    expect(artifact === null ? ['no artifact'] : reaches(artifact.js)).toEqual([]);
    const { resultJson } = await runProgram(loadProgram(artifact as Artifact), { fn: '::t/main' }, HOST);
    expect(resultJson).toContain(JSON.stringify(name));
  });

  it.each(['constructor', '__proto__', 'toString', '::t/__proto__', '', '::hot::type/constructor'])(
    'do not find a function of the name %j',
    async (fn) => {
      const artifact = artifactOf({ title: '', program: '::t ns\nmain fn () { 1 }', expected: 1 });
      const { status, resultJson } = await runProgram(loadProgram(artifact), { fn }, HOST);
      expect([status, resultJson]).not.toEqual(['succeeded', expect.stringMatching(/function|native/)]);
      if (fn !== '') expect(resultJson).toContain('not found');
    },
  );
});

describe('arguments, context and information that nobody can read', () => {
  const artifact = artifactOf({ title: '', program: '::t ns\nmain fn (e) { e }', expected: null });
  const deep = '['.repeat(2000) + ']'.repeat(2000);

  it.each([
    ['arguments', { argsJson: '[1e99999999]' }, 'number out of range'],
    ['arguments', { argsJson: '[1e-99999999]' }, 'number out of range'],
    ['arguments', { argsJson: deep }, 'nesting depth'],
    ['arguments', { argsJson: '[1,]' }, 'unexpected'],
    ['context', { ctxJson: `{"values":{"a":${deep}}}` }, 'nesting depth'],
    ['information', { infoJson: '{"run":1e99999999}' }, 'number out of range'],
  ])('are said to be that: %s %j', async (what, given, why) => {
    const outcome = await runProgram(loadProgram(artifact), { fn: '::t/main', ...given }, HOST);
    expect(outcome).toMatchObject({ status: 'failed', failureKind: 'unhandled-error' });
    expect(outcome.resultJson).toContain(`The ${what} of the run can't be read: `);
    expect(outcome.resultJson).toContain(why);
  });

  it.each([
    '1e999',
    '-0',
    '1E-38',
    '9223372036854775808',
    '"\\ud800"',
    '{"$type":1}',
    '{"$type":"::t/no","$val":{}}',
  ])('are told from what is only unusual: %s', async (json) => {
    const argsJson = `[${json}]`;
    const { status } = await runProgram(loadProgram(artifact), { fn: '::t/main', argsJson }, HOST);
    expect(status).toBe('succeeded');
  });
});

describe('generated code', () => {
  const texts = caseFiles()
    .filter(({ name }) => /^(micro-suite|language\/)/.test(name))
    .flatMap(({ cases }) => cases.map(({ program, checks }) => ({ program, checks })));

  it('reaches nothing but its runtime, in all programs of the test cases', () => {
    let seen = 0;
    for (const { program, checks } of texts) {
      const asked = checks.map(({ expression }, n) => `got-${n} fn () {\n[${expression}\n]\n}`);
      const { artifact } = compile(['::t ns', program, ...asked].join('\n'));
      if (artifact === null) continue;
      seen++;
      expect(reaches(artifact.js)).toEqual([]);
    }
    expect(seen).toBeGreaterThan(300);
  });

  it.each([
    ['a global', 'process.exit()'],
    ['this', 'this'],
    ['a prototype', 'x0.constructor'],
    ['a template', '`${rt}`'],
    ['a computed name', 'rt["constructor"]'],
    ['a function of the old kind', 'function () { return arguments; }'],
    ['an import', 'import("fs")'],
    ['a new object', 'new rt.Function()'],
  ])('is caught with %s', (_, expression) => {
    expect(reaches(`(rt) => { const x0 = ${expression}; return x0; }`)).not.toEqual([]);
  });

  it('is tried with the functions that take functions', () => {
    const taking = NATIVE_SIGNATURES.filter(({ overloads }) =>
      overloads.some(({ params }) => params.some((param) => param.isFn)),
    );
    expect(new Set(RECURSIONS.map(({ title }) => title.split('(')[0])).size).toBe(taking.length);
  });
});
