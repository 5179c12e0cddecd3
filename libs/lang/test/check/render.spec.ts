import { renderPretty, renderSimple, toJson } from '../../src/diagnostics/render';
import { analyseTexts } from '../support/analyse';

const first = (text: string) => {
  const program = analyseTexts([text]);
  const [diagnostic] = program.diagnostics;
  if (!diagnostic) throw new Error('no diagnostic');
  return { files: program.files, diagnostic };
};

describe('rendering a diagnostic', () => {
  it('shows the line with carets under the place, in code points', () => {
    const { files, diagnostic } = first('::t ns\nf fn () {\n\tadd("😀", nope)\n}');
    expect(renderPretty(files, diagnostic)).toBe(
      [
        "error[unresolved-variable]: Variable 'nope' cannot be resolved",
        ' --> 1.hot:3:11',
        '3 | \tadd("😀", nope)',
        '  | \t         ^^^^',
      ].join('\n'),
    );
    expect(renderSimple(files, diagnostic)).toBe("1.hot:3:11: Variable 'nope' cannot be resolved");
  });

  it('gives editors zero-based ranges', () => {
    const { files, diagnostic } = first('::t ns\nx nope');
    expect(toJson(files, diagnostic)).toEqual({
      file: '1.hot',
      range: { start: { line: 1, character: 2 }, end: { line: 1, character: 6 } },
      severity: 1,
      code: 'unresolved-variable',
      source: 'hot',
      message: "Variable 'nope' cannot be resolved",
    });
  });

  it('keeps a range of one character at the end of the text', () => {
    const { files, diagnostic } = first('::t ns x f(');
    const { range } = toJson(files, diagnostic);
    expect(range.end.character).toBe(range.start.character + 1);
  });

  it('cuts a line of a megabyte', () => {
    const { files, diagnostic } = first(`::t ns x [${'"a", '.repeat(200_000)} nope]`);
    expect(renderPretty(files, diagnostic).length).toBeLessThan(500);
  });

  it('colours when asked', () => {
    const { files, diagnostic } = first('::t ns x nope');
    expect(renderPretty(files, diagnostic, true)).toContain(
      '\u001b[1;31merror[unresolved-variable]\u001b[0m',
    );
  });
});
