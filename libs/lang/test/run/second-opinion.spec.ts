/** Random small programs: both kinds of generated code give what a plain interpreter gives. */
import fc from 'fast-check';
import { compileProject, loadProgram, runProgram, type RunHost } from '../../src';
import { makeArtifact } from '../../src/compile/artifact';
import type { Artifact } from '../../src/embed';
import { LIBRARY } from '../../src/std/library';
import type { NativeFacts } from '../../src/syntax/native-facts';
import { programOf } from '../support/mini-gen';
import { textOf, type MiniProgram } from '../support/mini-hot';
import { interpret, type MiniOutcome } from '../support/mini-run';

/** As if the library waited: everything that calls it is compiled for waiting. */
const WAITING: ReadonlyMap<string, NativeFacts> = new Map(
  [...LIBRARY].map(([name, def]) => [
    name,
    /^::hot::(type|internal::\w+)\//.test(name) ? def : { ...def, s: null },
  ]),
);

const HOST = { call: () => Promise.reject(new Error('no host')), nowUs: () => 0, epochMs: () => 0 };

async function outcome(artifact: Artifact, fn: string): Promise<MiniOutcome> {
  let out = '';
  const host: RunHost = {
    ...HOST,
    post(kind, payload) {
      if (kind === 'log') out += (JSON.parse(payload) as { text: string }).text;
    },
    randomBytes: (n) => new Uint8Array(n),
  };
  const run = await runProgram(loadProgram(artifact), { fn }, host);
  if (run.status === 'succeeded') return { result: run.resultJson, out };
  const { $val } = JSON.parse(run.resultJson) as { $val: { msg: string } };
  return { result: `halt: ${$val.msg}`, out };
}

/** What the two do not agree on; programs are compiled together, which takes a fraction of the time. */
async function disagreements(programs: readonly MiniProgram[]): Promise<readonly string[]> {
  const texts = programs.map((mini, i) => textOf(`::t${i}`, mini));
  const { program, artifact, diagnostics } = compileProject([
    { name: 'a.hot', text: texts.join('\n'), origin: 'project' },
  ]);
  if (artifact === null) return [diagnostics[0]?.message ?? '', ...texts];
  const kinds = [
    ['at once', artifact],
    ['waiting', makeArtifact(program, WAITING)],
  ] as const;
  const found: string[] = [];
  for (const [i, mini] of programs.entries()) {
    const expected = interpret(mini);
    for (const [how, made] of kinds) {
      const got = await outcome(made, `::t${i}/main`);
      if (got.result === expected.result && got.out === expected.out) continue;
      found.push(`${how}: ${JSON.stringify(got)}\nexpected ${JSON.stringify(expected)}\n${texts[i] ?? ''}`);
    }
  }
  return found;
}

/** `HOT_OPINIONS` asks for more batches by hand. */
const BATCHES = Number(process.env['HOT_OPINIONS'] ?? 6);

describe('a second opinion', () => {
  it('agrees on what small programs give, print and stop with', async () => {
    const tapes = fc.uint8Array({ minLength: 20, maxLength: 250, size: 'max' });
    await fc.assert(
      fc.asyncProperty(fc.array(tapes, { minLength: 1, maxLength: 40, size: 'max' }), async (batch) => {
        expect(await disagreements(batch.map(programOf))).toEqual([]);
      }),
      // A program that fails is short and shown as text: making it shorter would take minutes.
      { numRuns: BATCHES, endOnFailure: true },
    );
  });
});
