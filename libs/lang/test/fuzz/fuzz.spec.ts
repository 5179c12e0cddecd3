/** Mutated programs, the same ones each time; many more by hand: `npm run fuzz`. */
import { join } from 'node:path';
import { corpusOf } from './corpus';
import { mutant } from './mutate';
import { findings, type Tally } from './properties';
import { Random } from './random';
import { Watcher } from './watch';

const INPUTS = 1500;
const SEED = 1;
/** One test each, so that a slow machine has its time for each of them. */
const PARTS = 5;

describe('mutated programs', () => {
  const corpus = corpusOf(join(__dirname, '../../../..'));
  const watcher = new Watcher();
  const tally: Tally = { compiled: 0, runs: 0 };
  afterAll(() => watcher.end());

  it.each(Array.from({ length: PARTS }, (_, part) => part))(
    'are parsed, formatted, compiled and run without breaking anything: part %i',
    async (part) => {
      for (let n = part; n < INPUTS; n += PARTS) {
        watcher.input(n);
        const text = mutant(new Random(SEED, n), corpus);
        const found = await findings(text, n, watcher, tally);
        expect(
          found.map((finding) => `${finding}: npm run fuzz -- --seed ${SEED} --only ${n}\n${text}`),
        ).toEqual([]);
      }
    },
  );

  it('are programs often enough for that to mean something', () => {
    expect(tally.compiled).toBeGreaterThan(INPUTS / 10);
    expect(tally.runs).toBeGreaterThan(INPUTS / 5);
  });
});
