import { equalSecrets, makeCsrfToken, makeSessionToken, parseSessionToken } from './session-token';

const ID = '0198c4e2-7b1a-7f3c-9d02-a1b2c3d4e5f6';

describe('session tokens', () => {
  it('leads back to the session and to the stored hash', () => {
    const made = makeSessionToken(ID);
    const parsed = parseSessionToken(made.token);
    expect(parsed?.sessionId).toBe(ID);
    expect(parsed?.tokenHash.equals(made.tokenHash)).toBe(true);
  });

  it('does not carry the stored hash', () => {
    const made = makeSessionToken(ID);
    expect(made.token).not.toContain(made.tokenHash.toString('hex'));
  });

  it('refuses what is not a token', () => {
    const { token } = makeSessionToken(ID);
    for (const value of [
      '',
      'x',
      token.slice(1),
      `${token}0`,
      token.toUpperCase(),
      token.replace('_', '-'),
    ]) {
      expect(parseSessionToken(value)).toBeUndefined();
    }
  });

  it('compares secrets of any length', () => {
    expect(equalSecrets('a', 'a')).toBe(true);
    expect(equalSecrets('a', 'ab')).toBe(false);
    expect(equalSecrets('', 'a')).toBe(false);
  });

  it('makes another CSRF token each time', () => {
    expect(makeCsrfToken()).not.toBe(makeCsrfToken());
  });
});
