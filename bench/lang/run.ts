/**
 * Hot programs beside the same work in JavaScript, in this process, by turns: a machine that is busy for a moment slows
 * both. Reported is the best round of each side and their ratio, without and with the recording of calls. A round of
 * Hot is a whole run, from its request to the JSON of its result.
 */
import {
  compileProject,
  loadProgram,
  requestOf,
  runProgram,
  type Artifact,
  type LoadedProgram,
  type RunHost,
} from '@app/lang';
import { splitArtifact, withEngineCode } from '@app/platform/engine-code';
import { CodeCache } from '@app/platform/sandbox';
import { engineData, loadInIsolate } from './isolate';
import { PAIRS, type Pair } from './programs';

const ROUNDS = 40;
const WARM_UP = 12;
/** On a busy machine the engine's compiler, a thread of its own, is late. */
const WARM_UP_MS = 1_500;
const TRACED_GOAL = 3;

let trace = 0;
const HOST: RunHost = {
  call: () => Promise.reject(new Error('nothing is called')),
  post: () => undefined,
  trace: (block) => {
    trace += block.length;
  },
  nowUs: () => Math.round(performance.now() * 1_000),
  epochMs: () => Date.now(),
  randomBytes: (length) => new Uint8Array(length),
};

function load(pair: Pair): LoadedProgram {
  const { artifact, diagnostics } = compileProject([
    { name: 'bench.hot', text: `::bench ns\n${pair.hot}`, origin: 'project' },
  ]);
  if (artifact === null)
    throw new Error(`${pair.name}: ${diagnostics.map((each) => each.message).join('; ')}`);
  return loadProgram(artifact);
}

/** Gives the number of recorded calls. */
async function runHot(program: LoadedProgram, pair: Pair, traced: boolean): Promise<number> {
  const outcome = await runProgram(program, { fn: '::bench/main', trace: traced }, HOST);
  if (outcome.status !== 'succeeded' || outcome.resultJson !== pair.gives) {
    throw new Error(`${pair.name}: ${outcome.status} ${outcome.resultJson}, expected ${pair.gives}`);
  }
  return outcome.stats.callCount - outcome.stats.droppedCalls;
}

const best = (times: readonly number[]): number => Math.min(...times);
const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function comparePair(pair: Pair): Promise<void> {
  const program = load(pair);
  if (JSON.stringify(pair.js()) !== pair.gives)
    throw new Error(`${pair.name}: JavaScript gives something else`);
  const recorded = await runHot(program, pair, true);
  const js: number[] = [];
  const hot: number[] = [];
  const traced: number[] = [];
  const begun = performance.now();
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const sample = [
      await timed(pair.js),
      await timed(() => runHot(program, pair, false)),
      await timed(() => runHot(program, pair, true)),
    ] as const;
    if (round < 0) {
      if (round === -1 && performance.now() - begun < WARM_UP_MS) round--;
      continue;
    }
    js.push(sample[0]);
    hot.push(sample[1]);
    traced.push(sample[2]);
  }
  const base = best(js);
  const cell = (ms: number): string => `${ms.toFixed(2)} ms`.padStart(12);
  const ratio = (ms: number, goal: number): string =>
    `${(ms / base).toFixed(2)}× (${goal})`.padStart(14) + (ms / base <= goal ? '  ' : ' !');
  console.log(
    pair.name.padEnd(40) +
      cell(base) +
      cell(best(hot)) +
      ratio(best(hot), pair.goal) +
      cell(best(traced)) +
      ratio(best(traced), TRACED_GOAL) +
      `${(((best(traced) - best(hot)) * 1e6) / recorded).toFixed(0)} ns`.padStart(9),
  );
}

/** A program of some length in which everything occurs that programs are made of. */
function longProgram(lines: number): string {
  const chunk = (n: number): string => `Item${n} type { id: Int, name: Str, price: Dec? }
make-${n} fn (id: Int): Item${n} { Item${n}({id: id, name: \`item \${id}\`, price: 1.50}) }
total-${n} fn (items: Vec<Item${n}>): Dec {
  priced filter(items, (i) { not(eq(i.price, null)) })
  reduce(map(priced, %.price), add, 0.0)
}
kind-${n} fn match (x) {
  Int => { "int" }
  Str => { "str" }
  _ => { cond { is-ok(x) => { "ok" } => { "other" } } }
}`;
  const all: string[] = ['::long ns'];
  for (let n = 0; all.length * 11 < lines; n++) all.push(chunk(n));
  return all.join('\n');
}

async function compileTimes(): Promise<void> {
  const text = longProgram(10_000);
  const lines = text.split('\n').length;
  const compile = (): ReturnType<typeof compileProject> =>
    compileProject([{ name: 'long.hot', text, origin: 'project' }]);
  const times: number[] = [];
  for (let round = 0; round < 5; round++) times.push(await timed(compile));
  const { artifact, diagnostics } = compile();
  if (artifact === null) throw new Error(diagnostics[0]?.message);
  const [first = 0] = times;
  console.log(
    `\ncompile ${lines} lines: first ${first.toFixed(0)} ms, median ${median(times).toFixed(0)} ms (goal 1000)`,
  );
  await loadTimes(artifact);
}

async function loadTimes(artifact: Artifact): Promise<void> {
  const request = requestOf({ fn: '::long/kind-0', argsJson: '[1]' });
  const cold: number[] = [];
  const warm: number[] = [];
  const kept: number[] = [];
  const { data } = splitArtifact(withEngineCode(Buffer.from('{}'), artifact.js));
  if (data === null) throw new Error('no engine code');
  for (let round = 0; round < 5; round++) {
    const codes = new CodeCache();
    cold.push(await loadInIsolate(artifact, codes, request, '"int"'));
    warm.push(await loadInIsolate(artifact, codes, request, '"int"'));
    kept.push(
      await loadInIsolate({ ...artifact, data: engineData(data) }, new CodeCache(), request, '"int"'),
    );
  }
  const size = `${(artifact.js.length / 1024).toFixed(0)} KiB of code, ${(artifact.tables.length / 1024).toFixed(0)} of tables`;
  console.log(
    `load its artifact (${size}) into an isolate and call one function: the first in its child ${median(cold).toFixed(1)} ms, ` +
      `with the engine's code kept with the artifact ${median(kept).toFixed(1)} ms (${(data.length / 1024).toFixed(0)} KiB), ` +
      `later ones ${median(warm).toFixed(1)} ms (goal 20)`,
  );
}

async function main(): Promise<void> {
  const wanted = process.argv[2] ?? '';
  console.log(
    `${''.padEnd(40)}${'JavaScript'.padStart(12)}${'Hot'.padStart(12)}${'(goal)'.padStart(16)}${'traced'.padStart(12)}${'(goal)'.padStart(16)}${'per call'.padStart(11)}`,
  );
  for (const pair of PAIRS) if (pair.name.includes(wanted)) await comparePair(pair);
  if (wanted === '') await compileTimes();
  if (trace === 0) throw new Error('nothing was traced');
}

void main();
