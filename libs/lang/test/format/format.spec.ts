import fc from 'fast-check';
import { parse } from '../../src/parser/parse';
import { format } from '../../src/syntax/format';
import { sampleFiles, sampleLines } from '../support/samples';

const formatted = (text: string): string => {
  const result = format(text);
  if (result.kind !== 'formatted') throw new Error(result.kind);
  return result.text;
};

describe('layout', () => {
  it.each([
    ['trailing blanks and the end of the file', '::a ns  \n\nx 1 \t\n\n\n', '::a ns\n\nx 1\n'],
    ['nothing', '  \n', ''],
    ['comments', '// a  \nx 1 // b \n  /* c\n   d */\ny 2', '// a\nx 1 // b\n/* c\n   d */\ny 2\n'],
    [
      'bodies',
      'f fn (x) {\na 1\n  b {\nc: 1,\n  d: [\n1,\n2\n]\n}\nb\n}',
      'f fn (x) {\n    a 1\n    b {\n        c: 1,\n        d: [\n            1,\n            2\n        ]\n    }\n    b\n}\n',
    ],
    ['brackets that open together', 'x f({\na: 1\n})', 'x f({\n    a: 1\n})\n'],
    ['pipes', 'x [1]\n|> sort\n   |> first', 'x [1]\n    |> sort\n    |> first\n'],
    [
      'overloads',
      'area fn\n(s: Int) { 1 },\n(w, h) {\n2\n}',
      'area fn\n    (s: Int) { 1 },\n    (w, h) {\n        2\n    }\n',
    ],
    [
      'arms',
      'f fn match (x) {\nInt => 1\nStr =>\n"s"\n}',
      'f fn match (x) {\n    Int => 1\n    Str =>\n        "s"\n}\n',
    ],
    [
      'declarations with metadata',
      'h meta {on-event: "a"} fn (e) { e }',
      'h\nmeta {on-event: "a"}\nfn (e) { e }\n',
    ],
    [
      'several metadata keys',
      'h meta {on-event: "a", once: true} fn (e) { e }',
      'h\nmeta {\n    on-event: "a",\n    once: true\n}\nfn (e) { e }\n',
    ],
    [
      'long metadata',
      `h meta {doc: "${'x'.repeat(90)}"} fn (e) { e }`,
      `h\nmeta {\n    doc: "${'x'.repeat(90)}"\n}\nfn (e) { e }\n`,
    ],
    [
      'metadata that is long only by its indentation',
      `s\nmeta {ol:\n{name: "${'x'.repeat(62)}"}}\n1`,
      `s\nmeta {ol:\n        {name: "${'x'.repeat(62)}"}}\n    1\n`,
    ],
    ['fields', 'P type { x: Int, y: Int }', 'P type {\n    x: Int,\n    y: Int\n}\n'],
    ['one field', 'P type { x: Int }', 'P type { x: Int }\n'],
    ['namespaces', '::a ns meta {doc: "d"}', '::a ns\nmeta {doc: "d"}\n'],
    ['tagged namespaces', '::a meta ["test"] ns', '::a meta ["test"] ns\n'],
    ['values with metadata', 'x meta {doc: "d"} 5', 'x meta {doc: "d"} 5\n'],
    [
      'strings and templates',
      'x "a  \n b"\ny """\n    one  \n    """\nz `p  \n${ q }`',
      'x "a  \n b"\ny """\n    one  \n    """\nz `p  \n${ q }`\n',
    ],
    ['windows line ends', 'x 1\r\ny 2\r\n', 'x 1\ny 2\n'],
    ['trailing metadata', 'f fn () { 1 } meta {doc: "d"}', 'f fn () { 1 }\nmeta {doc: "d"}\n'],
  ])('%s', (_, text, expected) => {
    expect(formatted(text)).toBe(expected);
    expect(formatted(expected)).toBe(expected);
  });

  it('takes another width', () => {
    const result = format('f fn () {\n1\n}', { indent: 2 });
    expect(result).toEqual({ kind: 'formatted', text: 'f fn () {\n  1\n}\n', changed: true });
  });

  it('says when nothing changes and when the text does not parse', () => {
    expect(format('x 1\n')).toMatchObject({ kind: 'formatted', changed: false });
    expect(format('x [1 2]')).toMatchObject({ kind: 'broken' });
  });
});

describe('any program', () => {
  const corpus = [...sampleFiles().map(({ text }) => text), ...sampleLines()];

  it.each(corpus)('is the same after formatting twice: %#', (text) => {
    const once = formatted(text);
    expect(formatted(once)).toBe(once);
  });

  it('keeps its meaning or is left alone, with blanks and breaks anywhere', () => {
    const shaken = fc
      .tuple(
        fc.constantFrom(...corpus),
        fc.array(
          fc.tuple(
            fc.double({ min: 0, max: 1, noNaN: true }),
            fc.constantFrom(' ', '\n', '\t', '\n\n', ' // c\n', '/* c */'),
          ),
        ),
      )
      .map(([text, edits]) =>
        edits.reduce((before, [at, insert]) => {
          const index = Math.floor(at * before.length);
          return before.slice(0, index) + insert + before.slice(index);
        }, text),
      )
      .filter((text) => parse(text).errors.length === 0);
    let refused = 0;
    fc.assert(
      fc.property(shaken, (text) => {
        const result = format(text);
        if (result.kind === 'refused') refused++;
        else if (result.kind === 'formatted') {
          expect(result.text.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
          expect(formatted(result.text)).toBe(result.text);
        }
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBe(0);
  });
});
