import { compileProject, loadProgram, runProgram, type RunHost, type RunLimits } from '../../src';

interface Call {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  readonly line: number | null;
  readonly args: string | null;
  readonly result: string | null;
  readonly error: string | null;
}

interface Traced {
  readonly status: string;
  readonly stats: { readonly callCount: number; readonly droppedCalls: number; readonly traceBytes: number };
  readonly calls: readonly Call[];
  readonly bytes: number;
  readonly dropped: readonly unknown[] | undefined;
}

async function traced(text: string, limits: Partial<RunLimits> = {}): Promise<Traced> {
  const { artifact, diagnostics } = compileProject([
    { name: 't.hot', text: `::t ns\n${text}`, origin: 'project' },
  ]);
  if (artifact === null) throw new Error(diagnostics.map((each) => each.message).join('\n'));
  let trace = '';
  const host: RunHost = {
    call: () => Promise.resolve('7'),
    post: (kind, payload) => {
      if (kind === 'trace') trace += payload;
    },
    nowUs: () => 0,
    epochMs: () => 0,
    randomBytes: (length) => new Uint8Array(length),
  };
  const outcome = await runProgram(loadProgram(artifact), { fn: '::t/f', trace: true, limits }, host);
  const lines = trace
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as readonly unknown[]);
  const of = (kind: string) => lines.filter(([first]) => first === kind);
  const names = new Map(of('n').map(([, id, name]) => [id, name as string] as const));
  const sites = new Map(of('s').map(([, id, , line]) => [id, line as number] as const));
  const calls = of('c').map(([, id, parent, name, site, , , , args, result, error]): Call => ({
    id: id as number,
    parent: parent as number,
    name: names.get(name) ?? '?',
    line: sites.get(site) ?? null,
    args: args as string | null,
    result: result as string | null,
    error: error as string | null,
  }));
  return {
    status: outcome.status,
    stats: outcome.stats,
    calls,
    bytes: Buffer.byteLength(trace),
    dropped: of('d')[0],
  };
}

const shown = ({ calls }: Traced): readonly string[] =>
  calls.map((call) => `${call.name}${call.args} -> ${call.result ?? `! ${call.error}`}`);

describe('the trace of a run', () => {
  it('has every call with its arguments and its result, as they were at that moment', async () => {
    const run = await traced('add-one fn (n) { add(n, 1) }\nf fn () { add-one(1) add-one(41) }');
    expect(shown(run)).toEqual(['::t/add-one[1] -> 2', '::t/add-one[41] -> 42', '::t/f[] -> 42']);
    expect(run.calls.map((call) => call.line)).toEqual([3, 3, null]);
  });

  it('says who called whom', async () => {
    const { calls } = await traced('inner fn () { 1 }\nouter fn () { inner() }\nf fn () { outer() }');
    const [inner, outer, f] = calls;
    expect([inner?.parent, outer?.parent, f?.parent]).toEqual([outer?.id, f?.id, 0]);
  });

  it('counts what it shows, flows and values of namespaces included', async () => {
    const run = await traced(
      'now ::hot::time/now()\nf fn () { cond { gt(1, 2) => { 1 } _ => { map([1, 2], (n) { g(n) }) } } }\ng fn (n) { n }',
    );
    expect(run.stats.callCount).toBe(run.calls.length);
    expect(run.calls.map((call) => call.name)).toEqual(
      expect.arrayContaining(['<cond>', '::hot::coll/map', '::t/g', '::t/f']),
    );
  });

  it('counts the bytes that it hands out', async () => {
    const run = await traced('f fn () { map([1, 2], (n) { concat("é", n) }) }');
    expect(run.stats.traceBytes).toBe(run.bytes);
  });

  it('names the error of each call that a halt passed', async () => {
    const run = await traced('g fn () { fail("no stock") }\nf fn () { g() }');
    expect(run.status).toBe('failed');
    expect(run.calls.map(({ name, error }) => `${name} ! ${error}`)).toEqual([
      '::hot::exec/fail ! "no stock"',
      '::t/g ! "no stock"',
      '::t/f ! "no stock"',
    ]);
  });

  it('keeps errors and shallow calls beyond its limit and says how many it left out', async () => {
    const text = 'g fn (n) { h(n) }\nh fn (n) { add(n, 1) }\nf fn () { map(range(50), (n) { g(n) }) }';
    const whole = await traced(text);
    const run = await traced(text, { maxTraceCalls: 60 });
    const count = (of: Traced, name: string) => of.calls.filter((call) => call.name === name).length;
    expect(count(whole, '::t/h')).toBe(50);
    expect(count(run, '::t/h')).toBeLessThan(50);
    expect(run.calls.at(-1)?.name).toBe('::t/f');
    expect(run.dropped).toEqual(['d', run.calls.length, run.stats.droppedCalls]);
    expect(run.stats.callCount).toBe(whole.calls.length);
  });

  it.each([
    ['shallow calls', 'f fn () { map(range(5000), (n) { n }) }'],
    [
      'contained errors',
      'f fn () { map(range(5000), (n) { is-err(::hot::internal::exec/contain(() { fail("x") })) }) }',
    ],
  ])('ends even for a loop of %s', async (_, text) => {
    const run = await traced(text, { maxTraceCalls: 100 });
    expect(run.calls.length).toBeLessThanOrEqual(201);
    expect(run.stats.droppedCalls).toBeGreaterThan(4000);
  });

  it('tells of self tail calls as one call that began anew', async () => {
    const run = await traced('loop fn (n) { if(eq(n, 0), "done", loop(sub(n, 1))) }\nf fn () { loop(500) }');
    const names = run.calls.map((call) => call.name).filter((name) => name.startsWith('::t/'));
    expect(names).toEqual(['::t/loop', '::t/f']);
  });
});
