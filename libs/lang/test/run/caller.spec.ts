/** The request that a run answers: in its context, and hidden in records where it says who called. */
import { compileProject, loadProgram, readTrace, runProgram, type RunHost } from '../../src';

const AUTH = { type: 'service-key', 'service-key': { id: 'k-1', name: 'Ada', meta: { customer: 'c-77' } } };
const REQUEST = {
  $type: '::hot::http/HttpRequest',
  $val: { method: 'POST', url: '/webhook/x', headers: { 'x-a': 'b' }, auth: AUTH },
};

async function run(text: string, args: unknown, ctx: object): Promise<{ result: unknown; trace: string }> {
  const { artifact, diagnostics } = compileProject([
    { name: 't.hot', text: `::t ns\n${text}`, origin: 'project' },
  ]);
  if (artifact === null) throw new Error(diagnostics.map((each) => each.message).join('\n'));
  const blocks: Uint8Array[] = [];
  const host: RunHost = {
    call: () => Promise.resolve('7'),
    post: () => undefined,
    trace: (block) => {
      blocks.push(block.slice());
    },
    nowUs: () => 0,
    epochMs: () => 0,
    randomBytes: (length) => new Uint8Array(length),
  };
  const request = {
    fn: '::t/f',
    argsJson: JSON.stringify(args),
    ctxJson: JSON.stringify({ values: {}, secretKeys: [], ...ctx }),
    trace: true,
  };
  const outcome = await runProgram(loadProgram(artifact), request, host);
  const trace = readTrace(blocks)
    .flatMap((call) => [call.name, call.args, call.result, call.error])
    .join('\n');
  return { result: JSON.parse(outcome.resultJson) as unknown, trace };
}

describe('the request that a run answers', () => {
  it('is in the context when it travels apart from the arguments', async () => {
    const { result } = await run(
      'f fn (x) { r ::hot::ctx/get("hot.request") [x, r.method, r.auth.service-key.meta.customer] }',
      [1],
      { request: REQUEST },
    );
    expect(result).toEqual([1, 'POST', 'c-77']);
  });

  it('is the first argument when it is said to be', async () => {
    const { result } = await run('f fn (r) { eq(::hot::ctx/get("hot.request"), r) }', [REQUEST], {
      request: true,
    });
    expect(result).toBe(true);
  });

  it('is there for values of the namespace as well', async () => {
    const { result } = await run('who ::hot::ctx/get("hot.request").url\nf fn (r) { who }', [REQUEST], {
      request: true,
    });
    expect(result).toBe('/webhook/x');
  });

  it('is absent where nobody asked', async () => {
    const { result } = await run('f fn (x) { ::hot::ctx/get("hot.request") }', [1], {});
    expect(result).toBeNull();
  });

  it.each([
    ['as the argument', [REQUEST], { request: true }],
    ['apart', [1], { request: REQUEST }],
  ])('does not show in records who called, %s', async (_how, args, ctx) => {
    const { trace, result } = await run(
      'look fn (auth) { auth.service-key }\nname fn (key) { key.meta }\n' +
        'f fn (x) { r ::hot::ctx/get("hot.request") m name(look(r.auth)) m.customer }',
      args,
      ctx,
    );
    expect(result).toBe('c-77');
    expect(trace).toContain('t/look');
    expect(trace).toContain('<secret>');
    expect(trace).not.toContain('customer":');
    expect(trace).not.toContain('k-1');
    expect(trace).not.toContain('Ada');
  });
});
