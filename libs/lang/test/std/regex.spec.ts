/** Both matchers against each other: whatever one finds, the other finds. */
import fc from 'fast-check';
import { LinearMatcher } from '../../src/std/regex/linear';
import { parsePattern } from '../../src/std/regex/parse';
import { Compiled } from '../../src/std/regex/compiled';

const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '\\b',
  '\\B',
  '^',
  '$',
  '(?m:^)',
  '(?m:$)',
  'é',
  '😀',
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '*?', '+?', '{2}', '{1,3}', '{1,}?');
/** Without groups inside repetitions, where the engine's own differ by design. */
const piece = fc.tuple(atom, quantifier).map(([a, q]) => (/\^$|\$|\^\)|\\[bB]/.test(a) ? a : a + q));
const sequence = fc.array(piece, { minLength: 1, maxLength: 4 }).map((p) => p.join(''));
const pattern = fc
  .tuple(sequence, sequence, sequence, fc.boolean())
  .map(([a, b, c, group]) => (group ? `${a}(${b}|${c})` : `${a}|${b}${c}`));
const text = fc
  .array(fc.constantFrom('a', 'b', 'c', '1', ' ', '\n', 'é', '😀'), { maxLength: 12 })
  .map((c) => c.join(''));

describe('the two matchers', () => {
  it('agree on where a pattern matches and on its groups', () => {
    fc.assert(
      fc.property(pattern, text, (source, input) => {
        const slots = new LinearMatcher(parsePattern(source)).exec(input, 0, () => undefined);
        const found = new Compiled(source).exec(input, 0, () => {
          throw new Error('not by the engine');
        });
        if (slots === null) return expect(found).toBeNull();
        const piece = (i: number): string | null =>
          slots[i] === -1 ? null : input.slice(slots[i], slots[i + 1]);
        expect(found).toEqual({
          start: slots[0],
          end: slots[1],
          text: piece(0),
          groups: slots.length > 2 ? [piece(2)] : [],
        });
      }),
      { numRuns: 3000 },
    );
  });

  it('finds the same where a text is long enough for the other matcher', () => {
    const regex = new Compiled('(\\w+)@(\\w+)\\.org');
    const long = `${'x '.repeat(200_000)}ann@mail.org ${'y '.repeat(200_000)}`;
    let steps = 0;
    const found = regex.exec(long, 0, (n) => (steps += n));
    expect(found).toEqual({
      start: 400_000,
      end: 400_012,
      text: 'ann@mail.org',
      groups: ['ann', 'mail'],
    });
    expect(steps).toBeGreaterThan(100_000);
  });

  it('refuse a pattern that grows too large when its counts are written out', () => {
    expect(() => new Compiled('((a{1000}){1000}){1000}')).toThrow('too large');
  });
});
