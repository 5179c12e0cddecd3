/** Random sequences of calls against a plain list that does the same. */
import { StoresHarness, type TestRun } from '@app/stores/testing';
import { useDatabase } from '@app/testing';
import * as fc from 'fast-check';

/** Spellings of keys; those of one row are one key. */
const KEYS = [
  ['1'],
  ['1.0', '1.00', '10e-1'],
  ['"1"', '"\\u0031"'],
  ['{"a":1,"b":2.5}', '{"b":2.50,"a":1}'],
  ['[1,2]', '{"$type":"::hot::type/Bytes","$val":[1,2]}'],
  ['null'],
] as const;

const key = fc
  .tuple(fc.nat(KEYS.length - 1), fc.nat(9))
  .map(([id, spelling]) => ({ id, json: KEYS[id]?.[spelling % (KEYS[id]?.length ?? 1)] ?? 'null' }));
const value = fc.oneof(
  fc.integer().map(String),
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom('1.50', 'null', '{"$type":"::t/P","$val":{"n":1}}', '[1e3]'),
);
const position = fc.nat(8);

const step = fc.oneof(
  { weight: 15, arbitrary: fc.record({ do: fc.constant('put' as const), key, value }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('putIfMissing' as const), key, value }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('putMany' as const),
      entries: fc.array(fc.record({ key, value }), { maxLength: 6 }),
    }),
  },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('list' as const), limit: position, offset: position }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('edge' as const), which: fc.constantFrom('first', 'last') }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('count' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('clear' as const, 'destroy' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

class Model {
  private entries: { readonly id: number; readonly key: string; value: string }[] = [];

  /** The answer as JSON text. */
  take(step: Step): string {
    switch (step.do) {
      case 'put':
        this.put(step.key, step.value);
        return step.value;
      case 'putIfMissing': {
        const isMissing = this.find(step.key.id) === undefined;
        if (isMissing) this.put(step.key, step.value);
        return String(isMissing);
      }
      case 'putMany':
        for (const entry of step.entries) this.put(entry.key, entry.value);
        return 'null';
      case 'delete': {
        const before = this.entries.length;
        this.entries = this.entries.filter((entry) => entry.id !== step.key.id);
        return String(this.entries.length < before);
      }
      case 'get':
        return this.find(step.key.id)?.value ?? '';
      case 'list':
        return `[${this.entries
          .slice(step.offset, step.offset + step.limit)
          .map(shown)
          .join(',')}]`;
      case 'edge': {
        const entry = step.which === 'first' ? this.entries[0] : this.entries.at(-1);
        return entry === undefined ? 'null' : shown(entry);
      }
      case 'count':
        return String(this.entries.length);
      case 'clear':
      case 'destroy':
        this.entries = [];
        return 'null';
    }
  }

  private find(id: number) {
    return this.entries.find((entry) => entry.id === id);
  }

  private put({ id, json }: { readonly id: number; readonly json: string }, written: string): void {
    const known = this.find(id);
    if (known === undefined) this.entries.push({ id, key: json, value: written });
    else known.value = written;
  }
}

const shown = (entry: { readonly key: string; readonly value: string }): string =>
  `{"key":${entry.key},"value":${entry.value}}`;

function argsOf(name: string, { do: _, ...args }: Step): string {
  const members = Object.entries(args).map(([member, given]) => {
    if (member === 'key') return `"key":${(given as unknown as { readonly json: string }).json}`;
    if (member === 'value') return `"value":${String(given)}`;
    if (member !== 'entries') return `"${member}":${JSON.stringify(given)}`;
    const entries = given as unknown as readonly { key: { json: string }; value: string }[];
    return `"entries":[${entries.map((entry) => `{"key":${entry.key.json},"value":${entry.value}}`).join(',')}]`;
  });
  return `{${[`"name":"${name}"`, ...members].join(',')}}`;
}

describe('a store', () => {
  const database = useDatabase();
  let harness: StoresHarness;
  let run: TestRun;
  let maps = 0;

  beforeAll(async () => {
    harness = await StoresHarness.create(database.url);
    run = await harness.run(await harness.tenant());
  });
  afterAll(() => harness.close());

  it('does what a list of entries would do, whatever is done to it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const name = `map-${(maps += 1)}`;
        const model = new Model();
        for (const each of steps) {
          const answer = await run.callJson(`store.${each.do}`, argsOf(name, each));
          expect(`${each.do} ${answer}`).toBe(`${each.do} ${model.take(each)}`);
        }
        expect(await run.callJson('store.list', `{"name":"${name}","limit":100,"offset":0}`)).toBe(
          model.take({ do: 'list', limit: 100, offset: 0 }),
        );
        expect(await run.callJson('store.count', `{"name":"${name}"}`)).toBe(model.take({ do: 'count' }));
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
