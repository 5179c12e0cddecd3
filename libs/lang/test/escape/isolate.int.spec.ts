/** The same programs where those of strangers run: in an isolate of a sandbox child. */
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ChildPool, poolSettings, type SandboxOutcome } from '@app/platform/sandbox';
import { compileProject, DEFAULT_LIMITS } from '../../src';
import { ATTEMPTS } from './attempts';
import { NAMED } from './names';
import { argsJson, wrongWith, type EscapeProgram } from './program';
import { RECURSIONS } from './recursion';

jest.setTimeout(60_000);

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
      }),
    );
  });
  afterAll(async () => {
    await pool.close(0);
    rmSync(folder, { recursive: true, force: true });
  });

  function run(each: EscapeProgram): Promise<SandboxOutcome> {
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
      timeoutMs: 30_000,
      quarantine: false,
      host: { call: () => Promise.resolve('null'), post: () => undefined },
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
});
