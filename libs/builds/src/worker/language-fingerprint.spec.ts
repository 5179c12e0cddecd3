import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, languageFingerprint } from './language-fingerprint';

describe('the fingerprint of the language', () => {
  it('names a version and a digest, and fits into the name of a file', () => {
    expect(languageFingerprint()).toMatch(/^[\d.]+-\d+\+[0-9a-f]{16}$/);
  });

  it('changes with any file of the code, and with nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hot-fingerprint-'));
    try {
      mkdirSync(join(folder, 'std'));
      writeFileSync(join(folder, 'std', 'a.js'), '1');
      const before = digestOf(folder);
      writeFileSync(join(folder, 'notes.md'), 'x');
      expect(digestOf(folder)).toBe(before);
      writeFileSync(join(folder, 'std', 'a.js'), '2');
      expect(digestOf(folder)).not.toBe(before);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
