import { parse } from '../../src/parser/parse';
import type { Expr, Statement } from '../../src/syntax/ast';
import { forEachChild, forEachInStatements } from '../../src/syntax/visit';
import { sampleFiles, sampleLines } from '../support/samples';

describe('programs and fragments of all kinds parse', () => {
  it.each(sampleFiles().map(({ name, text }) => [name, text]))('%s', (_, text) => {
    expect(parse(text).errors).toEqual([]);
  });

  it.each(sampleLines())('%s', (line) => {
    expect(parse(line).errors).toEqual([]);
  });
});

describe('places', () => {
  it.each(sampleFiles().map(({ name, text }) => [name, text]))(
    'in %s every node lies inside its parent',
    (_, text) => {
      const { unit } = parse(text);
      const check = (outer: { start: number; end: number }, inner: Expr): void => {
        expect(inner.start).toBeGreaterThanOrEqual(outer.start);
        expect(inner.end).toBeLessThanOrEqual(outer.end);
        expect(inner.end).toBeGreaterThanOrEqual(inner.start);
        forEachChild(inner, (child) => check(inner, child));
      };
      unit.items.forEach((item: Statement) => forEachInStatements([item], (expr) => check(item, expr)));
    },
  );
});
