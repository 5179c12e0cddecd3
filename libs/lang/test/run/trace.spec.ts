import {
  compileProject,
  loadProgram,
  readTrace,
  runProgram,
  type RunHost,
  type RunLimits,
  type RunOutcome,
} from '../../src';

interface Call {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  readonly line: number | null;
  readonly args: string | null;
  readonly result: string | null;
  readonly error: string | null;
  readonly open: boolean;
  readonly again: number;
}

interface Traced {
  readonly status: string;
  readonly stats: { readonly callCount: number; readonly droppedCalls: number; readonly traceBytes: number };
  readonly calls: readonly Call[];
  readonly bytes: number;
}

interface Recorded {
  readonly outcome: RunOutcome;
  readonly segments: readonly Uint8Array[];
}

async function record(
  text: string,
  limits: Partial<RunLimits> = {},
  nowUs: () => number = () => 0,
): Promise<Recorded> {
  const { artifact, diagnostics } = compileProject([
    { name: 't.hot', text: `::t ns\n${text}`, origin: 'project' },
  ]);
  if (artifact === null) throw new Error(diagnostics.map((each) => each.message).join('\n'));
  const segments: Uint8Array[] = [];
  const host: RunHost = {
    call: () => Promise.resolve('7'),
    post: () => undefined,
    trace: (block) => {
      segments.push(block.slice());
    },
    nowUs,
    epochMs: () => 0,
    randomBytes: (length) => new Uint8Array(length),
  };
  const outcome = await runProgram(loadProgram(artifact), { fn: '::t/f', trace: true, limits }, host);
  return { outcome, segments };
}

const bytesOf = (segments: readonly Uint8Array[]): number =>
  segments.reduce((sum, { length }) => sum + length, 0);

async function traced(text: string, limits: Partial<RunLimits> = {}): Promise<Traced> {
  const { outcome, segments } = await record(text, limits);
  const calls = readTrace(segments).map(
    ({ id, parent, name, place, args, result, error, durationUs, again }): Call => ({
      id,
      parent,
      name,
      line: place?.line ?? null,
      args,
      result,
      error,
      open: durationUs === null,
      again,
    }),
  );
  return {
    status: outcome.status,
    stats: outcome.stats,
    calls,
    bytes: bytesOf(segments),
  };
}

const shown = ({ calls }: Traced): readonly string[] =>
  calls.map((call) => `${call.name}${call.args} -> ${call.result ?? `! ${call.error}`}`);

describe('the trace of a run', () => {
  it('has every call with its arguments and its result, as they were at that moment', async () => {
    const run = await traced('add-one fn (n) { add(n, 1) }\nf fn () { add-one(1) add-one(41) }');
    expect(shown(run)).toEqual(['::t/f[] -> 42', '::t/add-one[1] -> 2', '::t/add-one[41] -> 42']);
    expect(run.calls.map((call) => call.line)).toEqual([null, 3, 3]);
  });

  it('says who called whom', async () => {
    const { calls } = await traced('inner fn () { 1 }\nouter fn () { inner() }\nf fn () { outer() }');
    const [f, outer, inner] = calls;
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
      '::t/f ! "no stock"',
      '::t/g ! "no stock"',
      '::hot::exec/fail ! "no stock"',
    ]);
  });

  it('keeps errors and shallow calls beyond its limit and says how many it left out [P9]', async () => {
    const text = 'g fn (n) { h(n) }\nh fn (n) { add(n, 1) }\nf fn () { map(range(50), (n) { g(n) }) }';
    const whole = await traced(text);
    const run = await traced(text, { maxTraceCalls: 60 });
    const count = (of: Traced, name: string) => of.calls.filter((call) => call.name === name).length;
    expect(count(whole, '::t/h')).toBe(50);
    expect(count(run, '::t/h')).toBeLessThan(50);
    expect(count(run, '::t/f.<lambda>')).toBeGreaterThan(30);
    expect(run.calls.every((call) => !call.open)).toBe(true);
    expect(run.stats.droppedCalls).toBe(whole.calls.length - run.calls.length);
    expect(run.stats.callCount).toBe(whole.calls.length);
  });

  it.each([
    ['shallow calls', 'f fn () { map(range(5000), (n) { n }) }'],
    [
      'contained errors',
      'f fn () { map(range(5000), (n) { is-err(::hot::internal::exec/contain(() { fail("x") })) }) }',
    ],
  ])('ends even for a loop of %s [P9]', async (_, text) => {
    const run = await traced(text, { maxTraceCalls: 100 });
    expect(run.calls.length).toBeLessThanOrEqual(201);
    expect(run.stats.droppedCalls).toBeGreaterThan(4000);
  });

  it('tells of self tail calls as one call that began anew', async () => {
    const run = await traced('loop fn (n) { if(eq(n, 0), "done", loop(sub(n, 1))) }\nf fn () { loop(500) }');
    const names = run.calls.map((call) => call.name).filter((name) => name.startsWith('::t/'));
    expect(names).toEqual(['::t/f', '::t/loop']);
  });

  it('writes each value as its JSON text, whatever is in it', async () => {
    const values = [
      '0',
      '-1',
      '10',
      '-99',
      '1073741824',
      '-9007199254740991',
      '9007199254740993',
      '1.50',
      'true',
      'null',
      '"a \\"quoted\\" \\n line"',
      '"äöü 🙂"',
      '""',
      '[1,[2,"x"]]',
      '{"a":{"b":[null]}}',
      `"${'long '.repeat(200)}"`,
      `"${'lang ä '.repeat(200)}"`,
    ];
    const hot = values.map((value) => `same(${value})`).join('\n');
    const run = await traced(`same fn (v) { v }\nf fn () {\n${hot}\n}`);
    const calls = run.calls.filter((call) => call.name === '::t/same');
    expect(calls.map((call) => call.args)).toEqual(values.map((value) => `[${value}]`));
    expect(calls.map((call) => call.result)).toEqual(values);
    expect(run.stats.traceBytes).toBe(run.bytes);
  });

  it('says which branch of a flow was taken, and how often a call began anew', async () => {
    const { segments } = await record(
      'size fn cond (n) { lt(n, 10) => { "small" } => { size(sub(n, 10)) } }\nf fn () { size(25) }',
    );
    const calls = readTrace(segments);
    expect(calls.filter((call) => call.flow === 'cond').map((call) => call.branch)).toEqual([
      'cond_branch_1',
      'cond_branch_1',
      'cond_branch_0',
    ]);
    expect(calls.find((call) => call.name === '::t/size')).toMatchObject({ again: 2, result: '"small"' });
  });

  it('has each turn of a loop, those in which something is called among others', async () => {
    const text = `turn fn cond (n) {
  eq(n, 0) => { "end" }
  eq(mod(n, 5), 0) => { g(n) turn(sub(n, 1)) }
  => { turn(sub(n, 1)) }
}
g fn (n) { n }
f fn () { turn(20) turn(3) }`;
    const { outcome, segments } = await record(text);
    const calls = readTrace(segments);
    expect(calls.map((call) => call.id)).toEqual(calls.map((_, i) => i + 1));
    expect(outcome.stats.callCount).toBe(calls.length);
    const flows = calls.filter((call) => call.flow === 'cond').map((call) => call.branch?.slice(-1));
    expect(flows.join('')).toBe(`${'12222'.repeat(4)}0` + '2220');
    const parents = calls.filter((call) => call.name === '::t/g').map((call) => calls[call.parent - 1]);
    expect(parents.map((call) => call?.branch)).toEqual(Array(4).fill('cond_branch_1'));
    expect(calls.filter((call) => call.flow !== null && call.parent !== 0).length).toBe(25);
    expect(bytesOf(segments)).toBeLessThan(calls.length * 12 + 400);
  });

  it('has the turns of loops that wait at the same time', async () => {
    const run = await traced(
      'turn fn cond (n, m) { eq(n, 0) => { m } => { x ::hot::http/get("http://a/") g(m) turn(sub(n, 1), m) } }\ng fn (m) { m }\nf fn () { pmap([1, 2], turn(3, %)) 0 }',
    );
    expect(run.calls.map((call) => call.id)).toEqual(run.calls.map((_, i) => i + 1));
    const byId = new Map(run.calls.map((call) => [call.id, call] as const));
    const callers = run.calls
      .filter((call) => call.name === '::t/g')
      .map((call) => {
        const flow = byId.get(call.parent);
        return `${flow?.name} ${byId.get(flow?.parent ?? 0)?.args} ${call.args}`;
      });
    const of = (m: number): string[] => Array<string>(3).fill(`<cond> [3,${m}] [${m}]`);
    expect(callers.sort()).toEqual([...of(1), ...of(2)]);
  });

  it('keeps apart who called whom where calls wait at the same time', async () => {
    const run = await traced(
      'inner fn (n) { add(n, 1) }\nouter fn (n) { x ::hot::http/get(`http://a/${n}`) inner(n) inner(mul(n, 10)) }\nf fn () { pmap([1, 2, 3], (n) { outer(n) }) 0 }',
    );
    const byId = new Map(run.calls.map((call) => [call.id, call] as const));
    const inner = run.calls.filter((call) => call.name === '::t/inner');
    const pairs = inner.map((call) => `${byId.get(call.parent)?.args} ${call.args}`).sort();
    expect(pairs).toEqual(['[1] [10]', '[1] [1]', '[2] [20]', '[2] [2]', '[3] [30]', '[3] [3]']);
    expect(run.calls.every((call) => !call.open)).toBe(true);
  });

  it('has segments that tell names, places and callers without the ones before', async () => {
    const { segments } = await record(
      'down fn (n, text) { if(eq(n, 0), 0, add(1, down(sub(n, 1), text))) }\nf fn () { map(range(80), (n) { down(1000, "twelve bytes") }) 0 }',
    );
    expect(segments.length).toBeGreaterThan(3);
    for (const segment of segments) expect(segment.length).toBeLessThan(260 * 1024);
    const all = readTrace(segments);
    const gap = readTrace(segments.filter((_, i) => i !== 1));
    expect(all.every((call) => call.durationUs !== null)).toBe(true);
    const known = new Map(all.map((call) => [call.id, call] as const));
    const lost = gap.filter((call) => call.args === null && call.flow === null);
    expect(gap.length).toBeLessThan(all.length);
    expect(lost.length).toBeGreaterThan(0);
    for (const call of gap) {
      const { parent, name, result } = known.get(call.id) ?? {};
      expect(call).toMatchObject({ parent, name });
      if (call.durationUs !== null) expect(call.result).toBe(result);
    }
  });

  it('has the calls that an error passed beyond its limit, too', async () => {
    const run = await traced(
      'deep fn (n) { if(eq(n, 0), fail("bottom"), add(1, deep(sub(n, 1)))) }\na fn (n) { deep(n) }\nb fn () { a(3) }\nf fn () { map(range(60), (n) { n }) b() }',
      { maxTraceCalls: 50 },
    );
    expect(run.status).toBe('failed');
    const failed = run.calls.filter((call) => call.error !== null);
    expect(failed.map((call) => call.name)).toEqual([
      '::t/f',
      '::t/b',
      '::t/a',
      ...Array<string>(4).fill('::t/deep'),
    ]);
    const [, b, a, first, second] = failed;
    expect([a?.parent, first?.parent, second?.parent]).toEqual([b?.id, a?.id, first?.id]);
  });

  it('counts what is inside of calls that it leaves out', async () => {
    const text =
      'g fn (n) { if(lte(n, 0), 0, add(g(sub(n, 1)), 1)) }\nh fn () { g(700) }\nf fn () { h() map(range(60), (n) { h() }) 0 }';
    const run = await traced(text, { maxTraceCalls: 50 });
    expect(run.stats.callCount).toBe((await traced(text)).calls.length);
  });

  it('tells times of the clock: each of a short run, of a long one some', async () => {
    let now = 0;
    const text = 'g fn (n) { add(n, 1) }\nf fn () { map(range(N), (n) { g(n) }) 0 }';
    const short = await record(text.replace('N', '3'), {}, () => (now += 7));
    for (const call of readTrace(short.segments)) expect(call.durationUs).toBeGreaterThan(6);
    let asked = 0;
    const long = await record(text.replace('N', '1000'), {}, () => Math.floor(asked++ / 5));
    const calls = readTrace(long.segments);
    expect(calls.length).toBeGreaterThan(2000);
    expect(asked).toBeLessThan(calls.length / 2);
    expect(calls.every((call, i) => call.startUs >= (calls[i - 1]?.startUs ?? 0))).toBe(true);
    expect(calls[0]?.durationUs).toBeGreaterThan(10);
  });

  it('tells of many open calls once in a while, not again and again', async () => {
    let inside = 'add(1, deep(sub(n, 1)))';
    for (let flow = 0; flow < 40; flow++) inside = `match (${inside}) { => { 1 } }`;
    const text = `deep fn (n) { if(lte(n, 0), fail("bottom"), ${inside}) }\nf fn () { deep(900) }`;
    const { segments, outcome } = await record(text);
    expect(outcome.status).toBe('failed');
    const calls = readTrace(segments);
    expect(calls.filter((call) => call.error !== null).length).toBeGreaterThan(30_000);
    expect(bytesOf(segments) / calls.length).toBeLessThan(500);
  });
});
