/** Versions of maps beside each other: none sees what is set in another. */
import fc from 'fast-check';
import { HotMap, Keys } from '../../src/runtime/hot-map';
import { writeJson } from '../../src/runtime/json-write';
import type { Value } from '../../src/runtime/values';

type Entries = readonly (readonly [Value, Value])[];

function modelSet(entries: Entries, key: Value, value: Value): Entries {
  const at = entries.findIndex(([k]) => k === key);
  return at < 0 ? [...entries, [key, value]] : entries.map((each, i) => (i === at ? [key, value] : each));
}

const keys = fc.oneof(fc.constantFrom<Value>('a', 'b', 'c', '\0s', 'x'.repeat(70), null, true), fc.nat(12));
const step = fc.record({ from: fc.nat(), key: keys, value: fc.integer() });

describe('versions of maps', () => {
  it.each([
    ['the empty map', HotMap.empty, []],
    [
      'a literal',
      new HotMap(new Keys(['id', 'n'], true), ['x', 1], 2),
      [
        ['id', 'x'],
        ['n', 1],
      ],
    ],
  ] as [string, HotMap, Entries][])(
    'keep what they had, whatever is set in others, from %s',
    (_from, start, model) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
          const all: [HotMap, Entries][] = [[start, model]];
          for (const { from, key, value } of steps) {
            // The newest one half of the time: long maps, too.
            const [map, entries] = all[from % 2 === 0 ? all.length - 1 : from % all.length] ?? [start, model];
            all.push([map.set(key, value), modelSet(entries, key, value)]);
          }
          for (const [map, entries] of all) {
            expect(map.entries()).toEqual(entries);
            for (const [key, value] of entries) expect(map.get(key)).toBe(value);
            expect(map.size).toBe(entries.length);
          }
        }),
        { numRuns: 500 },
      );
    },
  );

  it('share their keys when they are extended alike', () => {
    const literal = new Keys(['id'], true);
    const [a, b] = [1, 2].map((id) => new HotMap(literal, [id], 1).set('name', 'n').set('x', id));
    expect(a?.keysOf).toBe(b?.keysOf);
    expect(a && writeJson(a, false)).toBe('{"id":1,"name":"n","x":1}');
    expect(b && writeJson(b, false)).toBe('{"id":2,"name":"n","x":2}');
  });

  it('are remembered by no literal under keys that may be large', () => {
    const literal = new Keys(['id'], true);
    const extended = (key: Value): Keys => new HotMap(literal, [1], 1).set(key, 1).keysOf;
    expect(extended('y'.repeat(65))).not.toBe(extended('y'.repeat(65)));
    expect(extended([1])).not.toBe(extended([1]));
  });
});
