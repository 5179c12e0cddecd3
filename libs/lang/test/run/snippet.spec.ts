import { compileProject, loadProgram, runProgram, SNIPPET_VALUE, type ProgramSource } from '../../src';

const HOST = {
  call: () => Promise.resolve('null'),
  post: () => undefined,
  nowUs: () => 0,
  epochMs: () => 0,
  randomBytes: (length: number) => new Uint8Array(length),
};

async function valueOf(snippet: string, ...project: readonly string[]): Promise<string> {
  const sources: ProgramSource[] = [
    ...project.map((text, i) => ({ name: `${i}.hot`, text, origin: 'project' as const })),
    { name: 'snippet', text: snippet, origin: 'snippet' },
  ];
  const { artifact, diagnostics } = compileProject(sources, { policy: 'shadow' });
  if (artifact === null) return diagnostics.map((each) => each.message).join('\n');
  const outcome = await runProgram(loadProgram(artifact), { fn: SNIPPET_VALUE }, HOST);
  return `${outcome.status} ${outcome.resultJson}`.replace(/\$run::s\d+/g, '$run');
}

describe('the value of a snippet', () => {
  it.each([
    ['its last expression', '1 add(1, 2)', 'succeeded 3'],
    ['its last binding', 'x 5', 'succeeded 5'],
    ['a deep assignment as a whole', 'a.b 1 a.c 2', 'succeeded {"b":1,"c":2}'],
    ['the last value ahead of definitions', 'x 5 f fn () { 1 }', 'succeeded 5'],
    ['null when it only defines', 'f fn () { 1 }', 'succeeded null'],
    ['null when it is empty', '', 'succeeded null'],
    [
      'what it makes of its own types',
      'P type { x: Int } P({x: 1})',
      'succeeded {"$type":"::hot::$run/P","$val":{"x":1}}',
    ],
    ['that of a namespace of its own', '::a ns x 5 ::b ns y add(::a/x, 1)', 'succeeded 6'],
  ])('is %s', async (_, text, shown) => {
    expect(await valueOf(text)).toBe(shown);
  });

  it('may use the project, whose values are there before it', async () => {
    expect(await valueOf('add(::shop/fee, ::late/more)', '::shop ns fee 5', '::late ns more 2')).toBe(
      'succeeded 7',
    );
  });

  it('is a failure when it is an Err', async () => {
    expect(await valueOf('err("no")')).toContain('failed {"$type":"::hot::run/Failure"');
  });

  it('waits for what waits', async () => {
    expect(await valueOf('::hot::time/sleep(1) 7')).toBe('succeeded 7');
  });
});
