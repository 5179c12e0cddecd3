import { checkKey } from '@app/platform/storage';
import { recompiledName } from './compiled-artifacts';
import { languageFingerprint } from './worker/language-fingerprint';

describe('an artifact that was compiled again', () => {
  it('has a name that stores take, and one for each version of the language', () => {
    const name = recompiledName('590f97', languageFingerprint());
    expect(() => checkKey(`org/env/artifacts/${name}.json`)).not.toThrow();
    expect(recompiledName('590f97', '2.6.0-1+aa')).not.toBe(recompiledName('590f97', '2.6.0-1+ab'));
  });
});
