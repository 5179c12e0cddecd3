import {
  MAX_METADATA_BYTES,
  parseDerivedPermissions,
  parseDescription,
  parseMetadata,
  parseName,
  parseServiceKeySeconds,
  parseSessionSeconds,
} from './derived-key-rules';

describe('what sessions and service keys are made of', () => {
  it.each([
    [undefined, 3_600],
    [null, 3_600],
    [1, 1],
    [86_400, 86_400],
  ])('a session that should live %j seconds lives %i', (untrusted, seconds) => {
    expect(parseSessionSeconds(untrusted)).toBe(seconds);
  });

  it.each([0, -1, 86_401, 1.5, '60', '', true, [], {}, Number.NaN])(
    'a session can not live %j seconds',
    (one) => {
      expect(() => parseSessionSeconds(one)).toThrow(
        /^expires_in must be a whole number of seconds from 1 to 86400$/,
      );
    },
  );

  it('a service key lives for ever, or any whole number of seconds', () => {
    expect([undefined, null, 1, 86_401].map(parseServiceKeySeconds)).toEqual([null, null, 1, 86_401]);
    for (const one of [0, -1, 0.5, '1', 1e18])
      expect(() => parseServiceKeySeconds(one)).toThrow(/^expires_in must/);
  });

  it('metadata is bounded by its bytes, not its characters', () => {
    expect(parseMetadata('null')).toBeNull();
    expect(parseMetadata('"null"')).toBe('"null"');
    const fits = JSON.stringify('é'.repeat(MAX_METADATA_BYTES / 2 - 1));
    expect(parseMetadata(fits)).toBe(fits);
    expect(() => parseMetadata(JSON.stringify(`${'é'.repeat(MAX_METADATA_BYTES / 2 - 1)}x`))).toThrow(
      /^metadata/,
    );
  });

  it('names and descriptions are bounded by their characters, and are what the database can keep', () => {
    expect(parseName('🌊'.repeat(255))).toHaveLength(510);
    expect(() => parseName('x'.repeat(256))).toThrow(/^name must have/);
    expect(() => parseDescription('x'.repeat(2_001))).toThrow(/^description must have/);
    for (const text of ['\u0000', '\ud800']) expect(() => parseName(text)).toThrow(/^name must be text/);
    for (const other of [1, {}, false])
      expect(() => parseDescription(other)).toThrow(/^description must be a/);
  });

  it('permissions are valid and not endless', () => {
    expect(() => parseDerivedPermissions({ 'mcp:*': ['read'] })).toThrow(
      /^Invalid permissions: Action not valid/,
    );
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`event:${n}`, ['read']]));
    expect(() => parseDerivedPermissions(many)).toThrow(
      /^Invalid permissions: permissions must have at most 65536/,
    );
  });
});
