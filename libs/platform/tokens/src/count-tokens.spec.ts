import { countTokens, MAX_COUNTED_BYTES } from './count-tokens';
import { encodingNamed } from './encodings';

const ENCODINGS = [
  'r50k_base',
  'gpt2',
  'p50k_base',
  'p50k_edit',
  'cl100k_base',
  'o200k_base',
  'o200k_harmony',
] as const;
const MIB = 1024 * 1024;
const counts = (text: string): Promise<readonly number[]> =>
  Promise.all(ENCODINGS.map((encoding) => countTokens(text, encoding)));

describe('tokens of a text', () => {
  // The first four have been published with the encodings; the others are what another implementation counts.
  it.each([
    ['hello world', [2, 2, 2, 2, 2, 2, 2]],
    ['antidisestablishmentarianism', [5, 5, 5, 5, 6, 6, 6]],
    ['2 + 2 = 4', [5, 5, 5, 5, 7, 7, 7]],
    ['お誕生日おめでとう', [14, 14, 14, 14, 9, 8, 8]],
    ['', [0, 0, 0, 0, 0, 0, 0]],
    ['👨‍👩‍👧', [10, 10, 10, 10, 13, 8, 8]],
    ["We'LL see: naïve café, 1234567.", [12, 12, 12, 12, 14, 14, 14]],
    ['    if (x) {\r\n\t\treturn;\n    }', [19, 19, 15, 15, 11, 11, 11]],
    ['\ud800', [1, 1, 1, 1, 1, 1, 1]],
  ])('are as many in %j as the encodings say', async (text, expected) => {
    expect(await counts(text)).toEqual(expected);
  });

  it('take marks that mean something to a model as the text that they are', async () => {
    expect(await counts('<|endoftext|>')).toEqual(ENCODINGS.map(() => 7));
    expect(await counts('<|start|>')).toEqual(ENCODINGS.map(() => 5));
  });

  it('are cut where Unicode has white space, not where JavaScript has it', () => {
    const pieces = (text: string) => text.match(encodingNamed('cl100k_base')?.pieces ?? /never/);
    expect(pieces('\u0085\u0085x')).toEqual(['\u0085', '\u0085x']);
    expect(pieces('\ufeff\ufeffx')).toEqual(['\ufeff\ufeff', 'x']);
  });

  it('are not counted in what is no text, in an unknown encoding, or in too much', async () => {
    await expect(countTokens(5, 'gpt2')).rejects.toMatchObject({ code: 'invalid' });
    await expect(countTokens('a', 'klingon')).rejects.toMatchObject({ code: 'invalid' });
    await expect(countTokens('a', 'toString')).rejects.toMatchObject({ code: 'invalid' });
    await expect(countTokens('é'.repeat(MAX_COUNTED_BYTES / 2) + '!', 'gpt2')).rejects.toMatchObject({
      code: 'quota',
    });
  });
});

describe('a megabyte without a blank', () => {
  it.each(ENCODINGS)(
    'is counted in seconds, while others have their turns (%s)',
    async (encoding) => {
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      const letters = /^(?:o200k|cl100k)/.test(encoding) ? 8 : 4;
      try {
        expect(await countTokens('a'.repeat(MIB), encoding)).toBe(MIB / letters);
      } finally {
        clearInterval(timer);
      }
      expect(turns).toBeGreaterThan(10);
    },
    30_000,
  );

  it('is not counted any further when nobody wants to know', async () => {
    const over = new AbortController();
    const counting = countTokens('a'.repeat(MIB), 'gpt2', over.signal);
    const after = countTokens('b'.repeat(1_000), 'gpt2');
    setTimeout(() => over.abort(), 20);
    await expect(counting).rejects.toMatchObject({ code: 'cancelled' });
    // The room for long pieces is free again.
    expect(await after).toBeGreaterThan(100);
  });
});
