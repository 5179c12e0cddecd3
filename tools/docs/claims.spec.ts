import { CLAIMS } from './claim-list';
import { mistakes, shownByTests, shownIn } from './claims';
import { documentOf, markdownTable } from './document';

const shown = shownByTests();
const ids = CLAIMS.flatMap(({ claims }) => claims.map(([id]) => id));

const testsOf = (wanted: string): string =>
  shown
    .filter(({ id }) => id === wanted)
    .map(({ file, title }) => `[${file}](../${file}): ${title.replaceAll('<', '&lt;')}`)
    .join('<br>');

const tables = CLAIMS.map(
  ({ about, claims }) =>
    `## ${about}\n\n${markdownTable(
      ['Claim', 'What is promised', 'Shown by'],
      claims.map(([id, text]) => [id, text, testsOf(id)]),
    )}`,
).join('\n\n');

describe('docs/claims.md', () => {
  it('names the tests of every claim; after a change: UPDATE_DOCS=1', async () => {
    const { actual, expected } = await documentOf('docs/claims.md', { claims: tables });
    expect(actual).toBe(expected);
  });

  it('claims nothing that no test shows, and no test shows what nobody claims', () => {
    expect(ids.length).toBeGreaterThan(100);
    expect(mistakes(ids, shown)).toEqual([]);
  });

  it('finds ids at the end of titles only, in whatever way a title is written', () => {
    const source = `
      it('does [D1]', () => {});
      it.each([1])(
        "does 'more' [X2, api-15.4]",
        () => {});
      const text = 'an [array]'; expect(names).toEqual(['no title [D9]']);
      'kill -9 [B2]': { harm() {} },
      it('reads [D3] as text', () => {});`;
    expect(shownIn('a.spec.ts', source).map(({ id, title }) => `${id} ${title}`)).toEqual([
      'D1 does',
      "X2 does 'more'",
      "api-15.4 does 'more'",
      'B2 kill -9',
    ]);
    expect(mistakes(['D1', 'D2', 'D2', 'B2'], shownIn('a.spec.ts', source))).toEqual([
      'D2 is claimed twice',
      'D2 has no test',
      'D2 has no test',
      "X2, which ‘does 'more'’ in a.spec.ts names, is no claim",
      "api-15.4, which ‘does 'more'’ in a.spec.ts names, is no claim",
    ]);
  });
});
