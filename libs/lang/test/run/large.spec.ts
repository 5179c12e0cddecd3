/** Programs that machines write: long rather than deep. What is quadratic or needs stack for length shows here. */
import { compileProject, loadProgram, runProgram } from '../../src';

const repeat = (count: number, part: (i: number) => string, between = ' '): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(between);

const PROGRAMS: readonly (readonly [string, string, string])[] = [
  [
    'a match of 2,000 arms',
    `f fn (v) { match v { ${repeat(2000, (i) => `${i} => ${i}`)} _ => "no" } }\nmain fn () { f(1999) }`,
    '1999',
  ],
  [
    'a cond of 2,000 arms',
    `f fn (v) { cond { ${repeat(2000, (i) => `eq(v, ${i}) => ${i}`)} => "no" } }\nmain fn () { f(1999) }`,
    '1999',
  ],
  ['3,000 bindings of one name', `main fn () { x 0 ${repeat(3000, () => 'x add(x, 1)')} x }`, '3000'],
  ['a literal of 10,000 elements', `main fn () { length([${repeat(10_000, String, ',')}]) }`, '10000'],
  [
    '2,000 functions, each of which calls the next',
    `${repeat(2000, (i) => `f${i} fn (x) { ${i === 1999 ? 'x' : `f${i + 1}(x)`} }`)}\nmain fn () { f0(7) }`,
    '7',
  ],
  [
    'operands of operands with functions of their own',
    `main fn () { ${repeat(100, (i) => `or(null, serial { g${i} fn () { null } g${i}() }, `)} 5 ${')'.repeat(100)} }`,
    '5',
  ],
];

describe('a large program', () => {
  it.each(PROGRAMS)('%s', async (_, text, result) => {
    const { artifact, diagnostics } = compileProject([
      { name: 'large.hot', text: `::t ns\n${text}`, origin: 'project' },
    ]);
    expect(diagnostics).toEqual([]);
    if (artifact === null) throw new Error('no artifact');
    const outcome = await runProgram(
      loadProgram(artifact),
      { fn: '::t/main' },
      {
        call: () => Promise.reject(new Error('nothing is called')),
        post: () => undefined,
        nowUs: () => 0,
        epochMs: () => 0,
        randomBytes: (length) => new Uint8Array(length),
      },
    );
    expect(outcome).toMatchObject({ status: 'succeeded', resultJson: result });
  });
});
