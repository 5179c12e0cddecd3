import { ConfigError, parseSlice } from '@app/platform/config';
import { cryptoConfig } from './crypto.config';
import { keyringOf } from './crypto.module';
import type { SecretPlace } from './envelope';
import { importedOrgKey } from './imported-envelope';
import { Keyring, SecretUnreadableError } from './keyring';

const KEY = Buffer.from(Array.from({ length: 32 }, (_, n) => n)).toString('hex');
const OTHER = 'a1'.repeat(32);
const ORG = '01234567-89ab-cdef-0123-456789abcdef';
const PLACE: SecretPlace = { orgId: ORG, envId: 'e', table: 'context', id: 'i' };

describe('a keyring', () => {
  const keyring = new Keyring(KEY);

  it.each(['', 'sk_test_1', '"é 🌊"', 'x'.repeat(70_000)])('gives back what it sealed', (text) => {
    const { envelope, keyVersion } = keyring.seal(PLACE, text);
    expect(keyring.open(PLACE, envelope)).toBe(text);
    expect(keyVersion).toBe(keyring.currentVersion);
    if (text.length > 3) expect(envelope).not.toContain(text);
  });

  it('vouches for bytes in one place, with a key that it has', () => {
    const bytes = Buffer.from('some bytes');
    const by = keyring.vouch('a', bytes) ?? Buffer.alloc(0);
    expect(keyring.isVouched('a', bytes, by)).toBe(true);
    expect(new Keyring(OTHER, [KEY]).isVouched('a', bytes, by)).toBe(true);
    expect(new Keyring(OTHER).isVouched('a', bytes, by)).toBe(false);
    expect(keyring.isVouched('b', bytes, by)).toBe(false);
    expect(keyring.isVouched('a', Buffer.from('some bytez'), by)).toBe(false);
    expect(keyring.isVouched('a', bytes, by.subarray(1))).toBe(false);
    expect(new Keyring(null).vouch('a', bytes)).toBeNull();
    expect(new Keyring(null, [KEY]).vouch('a', bytes)).toBeNull();
  });

  it('never makes the same envelope twice', () => {
    expect(keyring.seal(PLACE, 'same').envelope).not.toBe(keyring.seal(PLACE, 'same').envelope);
  });

  it.each([
    ['organization', { orgId: 'other' }],
    ['environment', { envId: 'other' }],
    ['table', { table: 'other' }],
    ['row', { id: 'other' }],
  ])('opens nothing for another %s', (_, difference) => {
    const { envelope } = keyring.seal(PLACE, 'secret');
    expect(() => keyring.open({ ...PLACE, ...difference }, envelope)).toThrow(SecretUnreadableError);
  });

  it('notices every changed character', () => {
    const { envelope } = keyring.seal(PLACE, 'secret');
    const at = envelope.indexOf(':', 6) + 1;
    // The last characters of base64 hold bits that mean nothing.
    for (let i = at; i < envelope.length - 4; i += 1) {
      const changed = `${envelope.slice(0, i)}${envelope[i] === 'A' ? 'B' : 'A'}${envelope.slice(i + 1)}`;
      expect(() => keyring.open(PLACE, changed)).toThrow(SecretUnreadableError);
    }
  });

  it('opens what a former key sealed, and seals with the current one', () => {
    const { envelope } = keyring.seal(PLACE, 'secret');
    const rotated = new Keyring(OTHER, [KEY]);
    expect(rotated.open(PLACE, envelope)).toBe('secret');
    expect(rotated.seal(PLACE, 'secret').keyVersion).not.toBe(keyring.currentVersion);
    expect(() => new Keyring(OTHER).open(PLACE, envelope)).toThrow(/master key that is not configured/);
  });

  it('reads what other installations wrote [P3]', () => {
    const imported = 'AAECAwQFBgcICQoLKvZNo82EIzf1fDrJ49a1E/5aRM6U9gqY';
    expect(importedOrgKey(Buffer.from(KEY, 'hex'), ORG).toString('hex')).toBe(
      'a99717bd2d7608a4908089f816d4d4c8fbbca3e4c9de531b50f63d62626c71a8',
    );
    expect(keyring.open(PLACE, imported)).toBe('"s3cret"');
    expect(new Keyring(OTHER, [KEY]).open(PLACE, imported)).toBe('"s3cret"');
    expect(() => new Keyring(OTHER).open(PLACE, imported)).toThrow(SecretUnreadableError);
    expect(() => keyring.open(PLACE, 'rubbish')).toThrow(SecretUnreadableError);
  });

  it('without a current key opens with former ones but seals nothing', () => {
    const { envelope } = keyring.seal(PLACE, 'secret');
    const readOnly = new Keyring(null, [KEY]);
    expect(readOnly.open(PLACE, envelope)).toBe('secret');
    expect(readOnly.currentVersion).toBeNull();
    expect(() => readOnly.seal(PLACE, 'x')).toThrow(/HOT_ENCRYPTION_KEY is not set/);
  });
});

describe('the master key', () => {
  const read = (environment: Record<string, string>) => parseSlice(cryptoConfig, environment);

  it.each([
    { HOT_ENCRYPTION_KEY: 'short' },
    { HOT_ENCRYPTION_KEY: 'z'.repeat(64) },
    { HOT_ENCRYPTION_KEY_PREVIOUS: `${OTHER},short` },
  ])('is refused when malformed, without being shown: %j', (environment) => {
    const [name = '', value = ''] = Object.entries(environment)[0] ?? [];
    const problems = (): string => {
      try {
        read(environment);
        return '';
      } catch (error) {
        return (error as ConfigError).message;
      }
    };
    expect(problems()).toContain(name);
    expect(problems()).toContain('64 hexadecimal digits');
    expect(problems()).not.toContain(value);
  });

  it('is required in production only', () => {
    expect(() => keyringOf({ mode: 'production' }, read({}))).toThrow(/HOT_ENCRYPTION_KEY is required/);
    expect(keyringOf({ mode: 'development' }, read({})).currentVersion).toBeNull();
    expect(keyringOf({ mode: 'production' }, read({ HOT_ENCRYPTION_KEY: KEY })).currentVersion).toMatch(
      /^[0-9a-f]{16}$/,
    );
  });
});
