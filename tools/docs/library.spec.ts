import { NATIVE_SIGNATURES } from '@app/lang';
import { documentOf } from './document';
import { libraryOverview, libraryReference } from './library';

describe('docs/language/library.md', () => {
  it('has every function as it is declared; after a change there: UPDATE_DOCS=1', async () => {
    const { actual, expected } = await documentOf('docs/language/library.md', {
      overview: libraryOverview(),
      reference: libraryReference(),
    });
    expect(actual).toBe(expected);
  });

  it('finds a sentence on every function', () => {
    const silent = NATIVE_SIGNATURES.filter(
      ({ name, doc }) => !name.startsWith('::hot::internal') && doc.trim() === '',
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
