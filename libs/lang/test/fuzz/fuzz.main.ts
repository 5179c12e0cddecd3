/** The long run: `npm run fuzz -- --inputs 1000000 --seed 1`, or one input again: `--seed 1 --only 4711`. */
import { parseArgs } from 'node:util';
import { corpusOf } from './corpus';
import { kindOf, minimise } from './minimise';
import { mutant } from './mutate';
import { findings, type Findings, type Tally } from './properties';
import { Random } from './random';
import { Watcher } from './watch';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(process.pid) },
    from: { type: 'string', default: '0' },
    only: { type: 'string' },
    root: { type: 'string', default: process.cwd() },
  },
});

async function main(): Promise<number> {
  const seed = Number(values.seed);
  const corpus = corpusOf(values.root);
  const watcher = new Watcher();
  const tally: Tally = { compiled: 0, runs: 0 };
  const kinds = new Map<string, number>();
  const [first, last] =
    values.only === undefined
      ? [Number(values.from), Number(values.from) + Number(values.inputs)]
      : [Number(values.only), Number(values.only) + 1];
  console.log(`${last - first} inputs from ${corpus.length} programs, --seed ${seed}`);
  const began = process.uptime();
  for (let n = first; n < last; n++) {
    watcher.input(n);
    const text = mutant(new Random(seed, n), corpus);
    const find = (each: string): Promise<Findings> => findings(each, n, watcher, tally);
    if (values.only !== undefined) console.log(text);
    for (const finding of await find(text)) {
      const kind = kindOf(finding);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kinds.get(kind) !== 1) continue;
      const shorter = await minimise(text, finding, find);
      console.log(`\n--only ${n}: ${finding}\n${JSON.stringify(shorter)}\n${shorter}\n`);
    }
    if (n % 10_000 === 9_999) {
      const perSecond = Math.round((n - first + 1) / (process.uptime() - began));
      console.log(`${n + 1} inputs, ${tally.compiled} compiled, ${tally.runs} runs, ${perSecond}/s`);
    }
  }
  await watcher.end();
  console.log(`${tally.compiled} compiled, ${tally.runs} runs, ${kinds.size} kinds of findings`);
  for (const [kind, count] of kinds) console.log(`${count} × ${kind}`);
  return kinds.size === 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
