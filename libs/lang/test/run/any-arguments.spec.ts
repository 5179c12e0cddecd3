/** Every function of the library takes any arguments: it gives a value or an Err or halts, and never breaks. */
import fc from 'fast-check';
import { compileProject, loadProgram, runProgram, type RunHost } from '../../src';
import { LIBRARY } from '../../src/std/library';

const PROGRAM = `
::t ns
contain ::hot::internal::exec/contain
P type { x: Int }
one fn (a) { a }
two fn (a, b) { [b, a] }
boom fn (...xs) { err("boom") }
main fn (name, args) { [contain(() { call(name, args, OnErr.Preserve) })] }
`;

/** As JSON: kinds, edges, texts that look like something, functions by name. */
const VALUES = [
  ...['null', 'true', 'false', '0', '1', '-1', '3', '255', '256', '9007199254740993', '-9223372036854775808'],
  ...['9223372036854775807', '0.0', '1.50', '-2.5', '1e30', '1E-20', '1e300'],
  ...[
    '""',
    '"a"',
    '"é😀"',
    '"a,b\\n1,2"',
    '"2024-02-30"',
    '"2024-01-31T10:00:00Z"',
    '"P1DT2H"',
    '"{}"',
    '"[1,"',
  ],
  ...[
    '"http://u:p@h:1/p?q=1#f"',
    '"(a"',
    '"\\\\d+"',
    '"::t/one"',
    '"::t/two"',
    '"::t/boom"',
    '"::hot::math/add"',
  ],
  ...['"text/html; q=0.5"', '"<a b=\\"c\\">d</a>"', '"00ff"', '"YWJj"', '"UTC"', '"Europe/Berlin"'],
  ...[
    '[]',
    '[1,2,3]',
    '["b","a"]',
    '[[1,2],["k","v"]]',
    '[null,true,1.5]',
    '{}',
    '{"a":1,"b":{"c":[1]}}',
    '{"1":2}',
  ],
  '{"$type":"::t/P","$val":{"x":1}}',
  '{"$type":"::hot::type/Byte","$val":7}',
  '{"$type":"::hot::type/Bytes","$val":[104,233,255]}',
  '{"$type":"::hot::type/Bytes","$val":[]}',
  '{"$type":"::hot::type/OnErr.Preserve"}',
  '{"$type":"::hot::type/Fn","$val":"::t/one"}',
  '[{"$type":"::hot::type/Result.Err","$val":"e"},{"$type":"::hot::type/Result.Ok","$val":1}]',
  '{"$type":"::hot::time/Instant","$val":{"epochNanoseconds":1700000000000000000}}',
  '{"$type":"::hot::time/Instant","$val":"broken"}',
  '{"$type":"::hot::uuid/Uuid","$val":5}',
] as const;

const HOST: RunHost = {
  call: () => Promise.reject(Object.assign(new Error('not here'), { code: 'unavailable' })),
  post: () => undefined,
  nowUs: () => 0,
  epochMs: () => 1_700_000_000_000,
  randomBytes: (n) => new Uint8Array(n).fill(7),
};

/** Rounds by hand: `HOT_ROUNDS=200`. */
const ROUNDS = Number(process.env['HOT_ROUNDS'] ?? 4);
/** Ends the run on purpose. */
const LEFT_OUT = new Set(['::hot::exec/exit']);

describe('any arguments', () => {
  const { artifact } = compileProject([{ name: 'a.hot', text: PROGRAM, origin: 'project' }]);
  const program = artifact === null ? null : loadProgram(artifact);
  const names = [...LIBRARY.keys()].filter((name) => !LEFT_OUT.has(name)).sort();

  it.each(names)('%s', async (name) => {
    if (program === null) throw new Error('the program does not compile');
    const counts = [...new Set((LIBRARY.get(name)?.signature.overloads ?? []).map((o) => o.params.length))];
    const args = fc
      .constantFrom(...counts, ...counts.map((n) => n + 1))
      .chain((n) => fc.array(fc.constantFrom(...VALUES), { minLength: n, maxLength: n }));
    await fc.assert(
      fc.asyncProperty(args, async (list) => {
        const argsJson = `[${JSON.stringify(name)},[${list.join(',')}]]`;
        const { resultJson } = await runProgram(program, { fn: '::t/main', argsJson, trace: false }, HOST);
        expect(resultJson).not.toMatch(/Internal error|Value too large|undefined|\[object /);
      }),
      { numRuns: ROUNDS },
    );
  });
});
