import { pbkdf2Sync } from 'node:crypto';
import { hashPassword, needsRehash, verifyNothing, verifyPassword } from './password-hash';

describe('password hashing', () => {
  it('accepts the password that was hashed and no other', async () => {
    const stored = await hashPassword('correct horse');
    expect(stored.algorithm).toBe('argon2id');
    await expect(verifyPassword('correct horse', stored)).resolves.toBe(true);
    await expect(verifyPassword('correct horse ', stored)).resolves.toBe(false);
    await expect(verifyPassword('', stored)).resolves.toBe(false);
  });

  it('salts: the same password gives another hash each time', async () => {
    const [a, b] = await Promise.all([hashPassword('same'), hashPassword('same')]);
    expect(a.hash).not.toBe(b.hash);
  });

  it('accepts a password typed in another Unicode form', async () => {
    const stored = await hashPassword('caf\u00e9');
    await expect(verifyPassword('cafe\u0301', stored)).resolves.toBe(true);
  });

  it('still verifies a PBKDF2 hash and asks for its replacement', async () => {
    const salt = Buffer.from('0123456789abcdef');
    const hash = pbkdf2Sync('old', salt, 1000, 32, 'sha256').toString('base64');
    const stored = {
      algorithm: 'pbkdf2-hmac-sha256',
      iterations: 1000,
      salt: salt.toString('base64'),
      hash,
    };
    await expect(verifyPassword('old', stored)).resolves.toBe(true);
    await expect(verifyPassword('new', stored)).resolves.toBe(false);
    expect(needsRehash(stored)).toBe(true);
  });

  it('treats an unreadable or hostile row as a wrong password', async () => {
    const good = await hashPassword('x');
    for (const row of [
      null,
      {},
      'x',
      { ...good, memoryKib: 1e9 },
      { ...good, passes: 0 },
      { ...good, hash: '' },
    ]) {
      await expect(verifyPassword('x', row)).resolves.toBe(false);
    }
  });

  it('does not ask to replace a hash made with the current parameters', async () => {
    expect(needsRehash(await hashPassword('x'))).toBe(false);
  });

  it('serves a burst without running more than a few at once', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => verifyNothing('x')));
    expect(results).toEqual(Array.from({ length: 8 }, () => false));
  });
});
