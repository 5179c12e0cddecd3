import {
  compileProject,
  isIncomplete,
  newSession,
  requestOf,
  singleControl,
  SNIPPET_VALUE,
  type ProgramSource,
  type RunHost,
  type RunOutcome,
} from '../../src';

/** What each entry gives: its value, or its failure's message; and everything that was printed. */
async function converse(...entries: readonly string[]): Promise<{ values: string[]; printed: string }> {
  const session = newSession();
  const sources: ProgramSource[] = [];
  const values: string[] = [];
  let printed = '';
  const host = {
    call: () => Promise.resolve('null'),
    post: (kind: string, payload: string) => {
      if (kind === 'log') printed += (JSON.parse(payload) as { text: string }).text;
    },
    nowUs: () => 0,
    epochMs: () => 0,
    randomBytes: (length: number) => new Uint8Array(length),
  };
  for (const [index, text] of entries.entries()) {
    sources.push({ name: `entry ${index}`, text, origin: 'snippet', namespace: '::hot::main' });
    const { artifact, diagnostics } = compileProject(sources, { policy: 'shadow' });
    if (artifact === null) throw new Error(diagnostics.map((each) => each.message).join('\n'));
    const outcome = await session.run(artifact, requestOf({ fn: SNIPPET_VALUE }), host, singleControl());
    const { $val: failure } = (JSON.parse(outcome.resultJson) ?? {}) as { $val?: { msg?: string } };
    values.push(outcome.status === 'succeeded' ? outcome.resultJson : `! ${failure?.msg}`);
  }
  return { values, printed };
}

describe('a session', () => {
  it('evaluates each entry once and keeps what it gave', async () => {
    const { values, printed } = await converse('x 5', 'println("once")', 'add(x, 1)', 'add(x, 2)');
    expect(values).toEqual(['5', '"once\\n"', '6', '7']);
    expect(printed).toBe('once\n');
  });

  it('has the functions and types of earlier entries', async () => {
    const { values } = await converse(
      'P type { x: Int }\ndouble fn (p: P) { mul(p.x, 2) }',
      'p P({x: 4})',
      'double(p)',
      'is-type(p, P)',
    );
    expect([values[0], ...values.slice(2)]).toEqual(['null', '8', 'true']);
  });

  it('lets a new definition win, and what was computed with the old one be', async () => {
    const { values } = await converse('f fn () { 1 }', 'x f()', 'f fn () { 2 }', '[x, f()]', 'x 9', 'x');
    expect(values).toEqual(['null', '1', 'null', '[1,2]', '9', '9']);
  });

  it('keeps closures alive', async () => {
    const { values } = await converse('mk fn (n) { (x) { add(x, n) } }', 'plus mk(2)', 'plus(5)');
    expect(values[2]).toBe('7');
  });

  it('keeps context variables', async () => {
    const { values } = await converse('::hot::ctx/set("k", 3)', '::hot::ctx/get("k")');
    expect(values[1]).toBe('3');
  });

  it('goes on after an entry that failed', async () => {
    const { values } = await converse('a 1', 'b fail("no")', 'c add(a, 1)');
    expect(values).toEqual(['1', '! no', '2']);
  });
});

describe('a text that goes on', () => {
  it.each(['f fn () {', '[1,', '"open', '`a ${', 'add(1', 'x |>', '"""a\nb'])('%s', (text) => {
    expect(isIncomplete(text)).toBe(true);
  });
  it.each(['', '1', 'add(1, 2)', 'f fn () { ) }', '] 1'])('not %j', (text) => {
    expect(isIncomplete(text)).toBe(false);
  });

  it('runs functions beside an entry, with what is computed by then, and evaluates nothing again', async () => {
    const session = newSession();
    const printed: string[] = [];
    const beside: Promise<RunOutcome>[] = [];
    const host: RunHost = {
      call: () => {
        const request = requestOf({ fn: '::hot::main/times', argsJson: '[2]' });
        beside.push(session.beside(request, host, singleControl()));
        return Promise.resolve('null');
      },
      post: (kind, payload) => {
        if (kind === 'log') printed.push((JSON.parse(payload) as { text: string }).text);
      },
      nowUs: () => 0,
      epochMs: () => 0,
      randomBytes: (length) => new Uint8Array(length),
    };
    const texts = [
      'times fn (n) { mul(n, rate) }\nrate add(20, 1)',
      'println("once") ::hot::time/sleep(1) 3',
    ];
    const sources = texts.map((text, index): ProgramSource => ({
      name: `entry ${index}`,
      text,
      origin: 'snippet',
      namespace: '::hot::main',
    }));
    for (const count of [1, 2]) {
      const { artifact } = compileProject(sources.slice(0, count), { policy: 'shadow' });
      if (artifact === null) throw new Error('does not compile');
      await session.run(artifact, requestOf({ fn: SNIPPET_VALUE }), host, singleControl());
    }
    const outcomes = await Promise.all(beside);
    expect(outcomes).toMatchObject([{ status: 'succeeded', resultJson: '42' }]);
    expect(printed).toEqual(['once\n']);
  });
});
