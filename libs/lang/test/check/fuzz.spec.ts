import fc from 'fast-check';
import { parse } from '../../src/parser/parse';
import { analyseTexts } from '../support/analyse';
import { sampleFiles, sampleLines } from '../support/samples';

const corpus = [...sampleFiles().map(({ text }) => text), ...sampleLines()];
const pieces = [
  ...'(){}[]<>,.:?!|%_/`"\n '.split(''),
  '::',
  '=>',
  '->',
  '|>',
  '...',
  '${',
  '"""',
  '```',
  '//',
  '/*',
  '*/',
  '%(',
  '%2',
  '-1',
  '1.5',
  '0',
  'fn',
  'match',
  'match-all',
  'cond',
  'cond-all',
  'parallel',
  'serial',
  'type',
  'enum',
  'lazy',
  'do',
  'meta',
  'ns',
  'open',
  'null',
  'true',
  'x',
  'Foo',
  'add(1, 2)',
  'All<Map>',
  '😀',
  '\ud800',
  '\0',
  '\\',
  '#',
];

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const mutated = fc
  .tuple(
    fc.constantFrom(...corpus),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        remove: fc.integer({ min: 0, max: 12 }),
        insert: fc.oneof(fc.constantFrom(...pieces), fc.constant('')),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  )
  .map(([text, edits]: [string, Edit[]]) =>
    edits.reduce((before, { at, remove, insert }) => {
      const index = Math.floor(at * before.length);
      return before.slice(0, index) + insert + before.slice(index + remove);
    }, text),
  );

const soup = fc.array(fc.constantFrom(...pieces, ...corpus.filter((text) => text.length < 60)), {
  maxLength: 60,
});

describe('any text', () => {
  it('is parsed and analysed without an exception, with all places inside it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          mutated,
          soup.map((parts) => parts.join('')),
          fc.string(),
        ),
        (text) => {
          const { errors, unit } = parse(text);
          for (const error of errors) {
            expect(error.start).toBeGreaterThanOrEqual(0);
            expect(error.end).toBeGreaterThanOrEqual(error.start);
            expect(error.end).toBeLessThanOrEqual(text.length);
            expect(error.message.length).toBeLessThan(500);
          }
          expect(unit.end).toBe(text.length);
          const program = analyseTexts([text]);
          expect(program.ok || program.diagnostics.length > 0).toBe(true);
          if (errors.length > 0) expect(program.ok).toBe(false);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('hostile texts', () => {
  const deep = 20_000;
  it.each([
    ['parentheses', '('.repeat(deep)],
    ['closed parentheses', '('.repeat(deep) + '1' + ')'.repeat(deep)],
    ['brackets', '['.repeat(deep)],
    ['braces', 'x {a:'.repeat(deep)],
    ['blocks', `f fn () ${'{ x '.repeat(deep)}`],
    ['calls', 'f('.repeat(deep)],
    ['lambdas', '(x) {'.repeat(deep)],
    ['functions', 'f fn (x) '.repeat(deep)],
    ['do', 'do '.repeat(deep)],
    ['raw', '!'.repeat(deep)],
    ['matches', 'match '.repeat(deep)],
    ['conditions', 'cond { => '.repeat(deep)],
    ['pipes', `x 1${' |> f'.repeat(deep)}`],
    ['pipes in pipes', `x ${'('.repeat(250)}a${`${' |> f'.repeat(190)})`.repeat(250)}`],
    ['pipes on a path', `f fn () { a.b${' |> f'.repeat(deep)} }`],
    ['pipes on a subject', `x match (a)${' |> f'.repeat(deep)} { }`],
    ['types', `x: ${'Vec<'.repeat(deep)}`],
    ['grouped types', `x: ${'('.repeat(deep)}`],
    ['optional types', `x: Int${'?'.repeat(deep)} 1`],
    ['paths', `x a${'.b'.repeat(deep)}`],
    ['template openings', '`${'.repeat(deep)],
    ['escaped templates', `x \`${'${`\\'.repeat(deep)}`],
    ['overload commas', `f fn ${'(x) {},'.repeat(deep)}`],
    ['quotes', '"'.repeat(deep)],
    ['backticks', '`'.repeat(deep)],
    ['comments', '/*'.repeat(deep)],
    ['namespaces', '::a'.repeat(deep)],
    ['aliases', 'a b b a '.repeat(deep)],
    ['parameters', `f fn (${'x, '.repeat(deep)}) 1`],
    ['placeholders', `x map([1], ${'add(%, '.repeat(200)}1${')'.repeat(200)})`],
    [
      'a parallel of many',
      `x parallel { ${Array.from({ length: 5000 }, (_, i) => `v${i} add(v${i - 1}, 1)`).join(' ')} }`,
    ],
    ['circular values', Array.from({ length: 20_000 }, (_, i) => `a${i} [a${(i + 1) % 20_000}]`).join('\n')],
    ['circular imports', Array.from({ length: 2000 }, (_, i) => `a${i} a${(i + 1) % 2000}`).join('\n')],
  ])('%s do not blow up: what is not linear would outlast any patience here', (_, text) => {
    const program = analyseTexts([`::t ns ${text}`]);
    expect(Array.isArray(program.diagnostics)).toBe(true);
  });
});
