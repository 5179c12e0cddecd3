import {
  MAX_DESCRIPTION_LENGTH,
  MAX_KEY_LENGTH,
  MAX_VALUE_BYTES,
  parseContextDescription,
  parseContextKey,
  parseContextValue,
} from './context-rules';

describe('a context variable', () => {
  it.each(['a', 'PAYMENT_SECRET', 'slack.api.key', 'a/b', '__proto__', 'é🌊', '🌊'.repeat(MAX_KEY_LENGTH)])(
    'may be called %j',
    (key) => {
      expect(parseContextKey(key)).toBe(key);
    },
  );

  it.each([
    '',
    '.',
    '..',
    ' ',
    'a b',
    'a\n',
    '\u00a0',
    '\u2028',
    'a\u0000',
    '\u0085',
    '\ud800',
    'x'.repeat(MAX_KEY_LENGTH + 1),
  ])('can not be called %j', (key) => {
    expect(() => parseContextKey(key)).toThrow(/^key must/);
  });

  it('has a value of bounded size that errors do not show', () => {
    expect(parseContextValue('')).toBe('');
    expect(parseContextValue('x'.repeat(MAX_VALUE_BYTES))).toHaveLength(MAX_VALUE_BYTES);
    const tooLong = `s3cret${'é'.repeat(MAX_VALUE_BYTES / 2)}`;
    expect(() => parseContextValue(tooLong)).toThrow(/^value must have at most 65536 bytes$/);
  });

  it('has a description of bounded length that the database can keep', () => {
    expect(parseContextDescription(null)).toBeNull();
    expect(parseContextDescription('🌊'.repeat(MAX_DESCRIPTION_LENGTH))).toHaveLength(
      2 * MAX_DESCRIPTION_LENGTH,
    );
    expect(() => parseContextDescription('x'.repeat(MAX_DESCRIPTION_LENGTH + 1))).toThrow(
      /^description must/,
    );
    expect(() => parseContextDescription('a\u0000')).toThrow(/^description must/);
    expect(() => parseContextDescription('\udfff')).toThrow(/^description must/);
  });
});
