import {
  CONTROL_BEAT,
  compileProject,
  loadProgram,
  runProgram,
  singleControl,
  type RunHost,
} from '../../src';

const HOST: RunHost = {
  call: () => Promise.resolve('null'),
  post: () => undefined,
  nowUs: () => 0,
  epochMs: () => 0,
  randomBytes: (length) => new Uint8Array(length),
};

async function beatsOf(expression: string, trace: boolean): Promise<number> {
  const text = `::t ns\nlong pad-end("", 200000, "ab")\nf fn () { ${expression} }`;
  const { artifact, diagnostics } = compileProject([{ name: 't.hot', text, origin: 'project' }]);
  if (artifact === null) throw new Error(diagnostics[0]?.message);
  const control = singleControl();
  const outcome = await runProgram(loadProgram(artifact), { fn: '::t/f', trace, control }, HOST);
  expect(outcome.status).toBe('succeeded');
  return control.words[CONTROL_BEAT] ?? 0;
}

describe('natives that work for long', () => {
  it.each([
    ['a pattern', '::hot::regex/is-match(long, "(a|b)*c")'],
    ['sorting', 'length(sort(map(range(20000), (n) { mod(mul(n, 7919), 10007) })))'],
  ])('look up from %s whether the run must stop, traced or not', async (_, expression) => {
    expect(await beatsOf(expression, false)).toBeGreaterThan(20);
    expect(await beatsOf(expression, true)).toBeGreaterThan(20);
  });
});
