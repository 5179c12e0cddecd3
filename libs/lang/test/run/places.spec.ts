/** A failure says where it happened: the innermost place of the program, and how the run came there. */
import { compileProject, loadProgram, runProgram, type RunHost } from '../../src';

const HOST: RunHost = {
  call: () => Promise.resolve('null'),
  post: () => undefined,
  nowUs: () => 0,
  epochMs: () => 0,
  randomBytes: (n) => new Uint8Array(n),
};

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
interface Failure {
  readonly msg: string;
  readonly at: Place | null;
  readonly stack: readonly { readonly fn: string; readonly line: number | null }[];
}

async function failure(...texts: readonly string[]): Promise<Failure> {
  const sources = texts.map((text, i) => ({ name: `src/${i + 1}.hot`, text, origin: 'project' as const }));
  const { artifact, diagnostics } = compileProject(sources);
  if (artifact === null) throw new Error(diagnostics[0]?.message);
  const run = await runProgram(loadProgram(artifact), { fn: '::t/main' }, HOST);
  expect(run.status).toBe('failed');
  return (JSON.parse(run.resultJson) as { $val: Failure }).$val;
}

const shown = ({ at }: Failure): string => (at === null ? 'nowhere' : `${at.file}:${at.line}:${at.column}`);

describe('the place of a failure', () => {
  it.each([
    ['a consumed Err', 'main fn () {\n  add(1, err("x"))\n}', '3:3'],
    ['fail', 'main fn () {\n  x 1\n  fail("no")\n}', '4:3'],
    ['fail in a condition', 'main fn () {\n  if(\n    fail("no"), 1, 2)\n}', '4:5'],
    ['a read of an Err', 'main fn () {\n  r err({a: 1})\n  r.a\n}', '4:3'],
    ['a part of a template', 'main fn () {\n  `ä ${err("x")}`\n}', '3:3'],
    ['a bad assignment', 'main fn () {\n  v [1]\n  v.x 2\n  v\n}', '4:3'],
    ['a bad index', 'main fn () {\n  v [1]\n  k 1.5\n  v[k]\n}', '5:3'],
    ['a callback', 'main fn () {\n  map([1], (x) {\n    add(x, "a")\n  })\n}', '4:5'],
    ['a callback that gives an Err', 'main fn () {\n  map([1], (x) { err("e") })\n}', '3:3'],
    ['what waits', 'main fn () {\n  ::hot::time/sleep(1)\n  fail("no")\n}', '4:3'],
    ['a placeholder', 'main fn () {\n  map([1], add(%, err("x")))\n}', '3:12'],
  ])('is that of %s', async (_, text, place) => {
    expect(shown(await failure(`::t ns\n${text}`))).toBe(`src/1.hot:${place}`);
  });

  it('is in the file of the function that failed', async () => {
    const found = await failure(
      '::t ns\nmain fn () {\n  ::u/deep(1)\n}',
      '::u ns\ndeep fn (n) {\n  deeper(n)\n}\ndeeper fn (n) { fail("x") }',
    );
    expect(shown(found)).toBe('src/2.hot:5:17');
    expect(found.stack.map(({ fn, line }) => `${fn}:${line}`)).toEqual([
      '::u/deeper:5',
      '::u/deep:3',
      '::t/main:3',
    ]);
  });

  it('of a top-level value is known too', async () => {
    expect(shown(await failure('::t ns\nmain fn () { k }\nk fail("top")'))).toBe('src/1.hot:3:3');
    expect(shown(await failure('::t ns\nmain fn () { k }\nk\n  add(1, err("top"))'))).toBe('src/1.hot:4:3');
  });
});
