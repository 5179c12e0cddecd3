/** The same programs where those of strangers run: in an isolate of a sandbox child. */
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ChildPool, poolSettings, type SandboxOutcome, type SandboxRun } from '@app/platform/sandbox';
import { compileProject, DEFAULT_LIMITS } from '../../src';
import { ATTEMPTS } from './attempts';
import { NAMED } from './names';
import { argsJson, wrongWith, type EscapeProgram } from './program';
import { RECURSIONS } from './recursion';

// Of a machine that does much else at the same time.
jest.setTimeout(180_000);

const ROOT = join(__dirname, '../../../..');

describe('in an isolate', () => {
  // Below the packages: that is where the child finds isolated-vm.
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.escape-test-'));
  const bundle = (entry: string, name: string, isolate: boolean): string => {
    buildSync({
      entryPoints: [join(ROOT, entry)],
      outfile: join(folder, name),
      bundle: true,
      target: 'node24',
      platform: isolate ? 'neutral' : 'node',
      format: isolate ? 'iife' : 'cjs',
      mainFields: ['module', 'main'],
      conditions: ['import', 'default'],
      external: ['isolated-vm'],
      logLevel: 'error',
    });
    return join(folder, name);
  };
  let pool: ChildPool;

  beforeAll(() => {
    pool = new ChildPool(
      poolSettings({
        childPath: bundle('libs/platform/sandbox/src/child/main.ts', 'child/main.js', false),
        runtimePath: bundle('libs/lang/src/runtime/isolate-entry.ts', 'runtime.js', true),
        memoryMb: 96,
      }),
    );
  });
  afterAll(async () => {
    await pool.close(0);
    rmSync(folder, { recursive: true, force: true });
  });

  function run(
    each: Pick<EscapeProgram, 'program' | 'args'>,
    options: Partial<SandboxRun> = {},
  ): Promise<SandboxOutcome> {
    const { artifact } = compileProject([{ name: 'a.hot', text: each.program, origin: 'project' }]);
    if (artifact === null) throw new Error('does not compile');
    const { js, tables, hash } = artifact;
    return pool.start({
      runId: 'r',
      orgId: 'o',
      artifactHash: hash,
      loadArtifact: () => Promise.resolve(Buffer.from(JSON.stringify({ js, tables }))),
      fn: '::t/main',
      argsJson: argsJson(each),
      infoJson: '{}',
      ctxJson: '{"values":{},"secretKeys":[]}',
      limits: DEFAULT_LIMITS,
      trace: true,
      timeoutMs: 120_000,
      quarantine: false,
      host: { call: () => Promise.resolve('null'), post: () => undefined },
      ...options,
    }).outcome;
  }

  it('names, values and texts are no more than in any process', async () => {
    for (const each of [...NAMED, ...ATTEMPTS]) {
      const outcome = await run(each);
      expect([each.title, wrongWith(each, outcome)]).toEqual([each.title, '']);
    }
  });

  it('a recursion through the library ends as an error of the program, and the child lives', async () => {
    const first = pool.pids();
    for (const each of RECURSIONS) {
      const outcome = await run(each);
      expect([each.title, outcome]).toEqual([
        each.title,
        expect.objectContaining({ status: expect.stringMatching('succeeded|failed') as string }),
      ]);
      const { resultJson = '' } = outcome as { resultJson?: string };
      expect([each.title, resultJson]).toEqual([
        each.title,
        expect.not.stringMatching(/Internal error|Value too large/),
      ]);
    }
    expect(pool.pids()).toEqual(first.length === 0 ? pool.pids() : first);
  });

  describe.each([
    ['recorded', true],
    ['not recorded', false],
  ])('a run that is %s', (_, trace) => {
    const program = (text: string) => ({ program: `::t ns\n${text}` });
    afterEach(async () => {
      expect(await run(program('main fn () { "alive" }'))).toMatchObject({ resultJson: '"alive"' });
    });

    it.each([
      [
        'turns of a loop',
        'spin fn cond (n) { lt(n, 0) => { n } => { spin(add(n, 1)) } }\nmain fn () { spin(0) }',
      ],
      [
        'calls',
        'tree fn (n) { if(eq(n, 0), 1, add(tree(sub(n, 1)), tree(sub(n, 1)))) }\nmain fn () { tree(200) }',
      ],
      [
        'fibres that never wait for long',
        'spin fn (n) {\n::hot::time/sleep(0)\nspin(add(n, 1))\n}\nmain fn () { pmap([1, 2], spin(%)) }',
      ],
    ])('ends when its time is up, in %s', async (__, text) => {
      const outcome = await run(program(text), { trace, timeoutMs: 500 });
      expect(outcome).toMatchObject({ status: 'failed', failureKind: 'timeout' });
    });

    it('ends where calls are nested too deeply', async () => {
      const outcome = await run(program('deep fn (n) { add(1, deep(n)) }\nmain fn () { deep(1) }'), {
        trace,
      });
      expect(outcome).toMatchObject({
        status: 'failed',
        resultJson: expect.stringContaining('recursion limit reached') as string,
      });
    });

    it('ends when its memory is used up, as a suspect or for it', async () => {
      const text = 'main fn () { map(range(100000), (n) { map(range(1000), {a: %, b: [n]}) }) }';
      const outcome = await run(program(text), { trace });
      if (outcome.status === 'lost') expect(outcome).toMatchObject({ suspect: true });
      else expect(outcome).toMatchObject({ status: 'failed', failureKind: 'resource-limit' });
    });

    it('fails for a result that is larger than its limit', async () => {
      const limits = { ...DEFAULT_LIMITS, maxResultBytes: 500 };
      const outcome = await run(program('main fn () { range(1000) }'), { trace, limits });
      expect(outcome).toMatchObject({
        status: 'failed',
        failureKind: 'resource-limit',
        resultJson: expect.stringContaining('larger than 500 bytes') as string,
      });
    });
  });

  it('a record ends at its cap, whatever the program does, and the program goes on', async () => {
    let bytes = 0;
    const text = `::t ns
long fn (n) { {text: \`number \${n}, number \${n}, number \${n}\`, list: range(20)} }
main fn () { count(map(range(20000), (n) { [long(n), from-json("[")] })) }`;
    const outcome = await run(
      { program: text },
      {
        limits: { ...DEFAULT_LIMITS, maxTraceBytes: 50_000 },
        host: {
          call: () => Promise.resolve('null'),
          post: () => undefined,
          trace: (block) => {
            bytes += block.length;
          },
        },
      },
    );
    expect(outcome).toMatchObject({ status: 'succeeded', resultJson: '20000' });
    expect(bytes).toBeGreaterThan(50_000);
    // Shallow calls and errors have as much again.
    expect(bytes).toBeLessThan(102_000);
  });
});
