import {
  compileProject,
  CONTROL_HEADER_WORDS,
  CONTROL_STOP,
  loadProgram,
  runProgram,
  singleControl,
  STOP_REASONS,
  type LoadedProgram,
  type RunOutcome,
} from '../../src';

/** Keeps a body from standing in place of its calls, and changes nothing else. */
const CLOSURE = 'unused fn (x) { x }';
const PLAIN = 'unused [1]';

function compiled(text: string, body: string): { readonly js: string; readonly program: LoadedProgram } {
  const source = `::t ns\n${text.replaceAll('UNUSED', body)}`;
  const { artifact, diagnostics } = compileProject([{ name: 't.hot', text: source, origin: 'project' }]);
  if (artifact === null) throw new Error(diagnostics[0]?.message);
  return { js: artifact.js, program: loadProgram(artifact) };
}

interface Given {
  readonly maxDepth?: number;
  readonly trace?: boolean;
  /** Told to stop when so many lines have been written. */
  readonly stopAt?: number;
}

/** How it ended, and how many lines it had written. */
async function runOf(program: LoadedProgram, arg: unknown, given: Given): Promise<[RunOutcome, number]> {
  const control = singleControl();
  let lines = 0;
  const outcome = await runProgram(
    program,
    {
      fn: '::t/main',
      argsJson: JSON.stringify([arg]),
      trace: given.trace ?? false,
      limits: { maxDepth: given.maxDepth ?? 500 },
      control,
    },
    {
      call: () => Promise.reject(new Error('nothing outside')),
      post: (kind) => {
        if (kind !== 'log' || ++lines !== given.stopAt) return;
        control.words[CONTROL_HEADER_WORDS + CONTROL_STOP] = STOP_REASONS.cancelled;
      },
      nowUs: () => 0,
      epochMs: () => 0,
      randomBytes: (length) => new Uint8Array(length),
    },
  );
  return [outcome, lines];
}

const PROGRAMS = {
  'two calls': `fib fn (n: Int): Int { UNUSED
if(lt(n, 2), n, add(fib(sub(n, 1)), fib(sub(n, 2)))) }
main fn (n) { fib(n) }`,
  'one call': `depth fn (n) { UNUSED
if(eq(n, 0), 0, add(1, depth(sub(n, 1)))) }
main fn (n) { depth(n) }`,
  'a call in an argument of another': `f fn (n, m) { UNUSED
if(lte(n, 0), m, add(1, f(sub(n, 1), f(sub(n, 2), m)))) }
main fn (n) { f(n, 1) }`,
  'a call after another that hands its parameters on': `swap fn (a, b, n) { UNUSED
if(eq(n, 0), [a, b], concat(swap(b, a, sub(n, 1)), [n])) }
main fn (n) { swap(1, 2, n) }`,
  'variables, a cond and a match': `walk fn (n) { UNUSED
half div(n, 2)
left cond { gt(n, 3) => { walk(sub(n, 2)) } => { [half] } }
kind match n { Int => { "i" } _ => { "o" } }
last at(left, 0)
concat(left, [\`\${kind}\${last}\`]) }
at fn (v, i) { or(get(v, i), "none") }
main fn (n) { walk(n) }`,
  'a failure somewhere inside': `find fn (n) { UNUSED
if(eq(n, 3), fail(\`at \${n}\`), if(lt(n, 1), 0, add(find(sub(n, 2)), find(sub(n, 1))))) }
main fn (n) { find(n) }`,
  'an Err that is consumed between two calls': `sum fn (n) { UNUSED
if(lt(n, 1), if(eq(n, -1), err("odd"), 0), add(sum(sub(n, 2)), 1)) }
main fn (n) { sum(n) }`,
  'the wrong kind of argument deep inside': `down fn (n) { UNUSED
if(eq(n, 1), [down("x")], add(1, down(sub(n, 1)))) }
main fn (n) { down(n) }`,
  'calls that write': `tree fn (n) { UNUSED
println(n)
if(gt(n, 0), add(tree(sub(n, 1)), tree(sub(n, 1))), 1) }
main fn (n) { tree(n) }`,
} as const;
const ALL = Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[];

describe.each(ALL)('recursion with %s, in place and as calls', (name) => {
  const inPlace = compiled(PROGRAMS[name], PLAIN);
  const asCalls = compiled(PROGRAMS[name], CLOSURE);
  const both = async (arg: unknown, given: Given): Promise<readonly [unknown, unknown]> => [
    await runOf(inPlace.program, arg, given),
    await runOf(asCalls.program, arg, given),
  ];

  it('is compiled in two ways', () => {
    const second = /function rf\d+_0s\(/;
    expect([inPlace.js, asCalls.js].map((js) => second.test(js))).toEqual([true, false]);
  });

  it('gives the same, with the same count of calls and the same stack', async () => {
    for (const arg of [-1, 0, 1, 2, 3, 7, 8, 12]) {
      const [a, b] = await both(arg, {});
      expect(a).toEqual(b);
    }
  });

  it('ends at the same depth, one level after the other', async () => {
    for (let maxDepth = 0; maxDepth < 16; maxDepth++) {
      const [a, b] = await both(9, { maxDepth });
      expect(a).toEqual(b);
    }
  });

  it('is recorded alike', async () => {
    const [a, b] = await both(7, { trace: true });
    const [outcome] = a as [RunOutcome, number];
    expect(a).toEqual(b);
    expect(outcome.stats.droppedCalls).toBe(0);
  });
});

describe('recursion in place', () => {
  it('counts every call', async () => {
    const [outcome] = await runOf(compiled(PROGRAMS['two calls'], PLAIN).program, 20, {});
    // fib(20) makes 2 × fib(21) − 1 calls; `main` is one.
    expect(outcome.stats.callCount).toBe(2 * 10_946);
  });

  it('stops at the same call when it is told to', async () => {
    const [inPlace, asCalls] = [PLAIN, CLOSURE].map((body) => compiled(PROGRAMS['calls that write'], body));
    for (const stopAt of [1, 100, 511, 512, 513, 700]) {
      const [[a, lines], b] = [
        await runOf((inPlace as { program: LoadedProgram }).program, 13, { stopAt }),
        await runOf((asCalls as { program: LoadedProgram }).program, 13, { stopAt }),
      ];
      expect(a.status).toBe('cancelled');
      expect(lines - stopAt).toBeLessThan(513);
      expect([a, lines]).toEqual(b);
    }
  });

  it('names every call on the way to an error', async () => {
    const { program } = compiled(PROGRAMS['a failure somewhere inside'], PLAIN);
    const [outcome] = await runOf(program, 7, {});
    const { stack } = (JSON.parse(outcome.resultJson) as { $val: { stack: { fn: string }[] } }).$val;
    // 7 → 5 → 3, then `main`.
    expect(stack.map(({ fn }) => fn)).toEqual(['::t/find', '::t/find', '::t/find', '::t/main']);
  });
});
