import * as fc from 'fast-check';
import { FilePathError, normalisePath } from './file-path';

describe('the path of a file', () => {
  it.each([
    ['reports/2026/march.csv', 'reports/2026/march.csv'],
    ['a//b/./c', 'a/b/c'],
    ['/a', 'a'],
    ['///a/', 'a'],
    ['hot://a/b', 'a/b'],
    ['hot:///a', 'a'],
    ['a/../b', 'b'],
    ['a/b/../../c', 'c'],
    ['./.hidden', '.hidden'],
    ['a/...', 'a/...'],
    ['Ärger/märz 🌊.csv', 'Ärger/märz 🌊.csv'],
    ['A', 'A'],
    ['a\\..\\b', 'a\\..\\b'],
    ['%2e%2e/x', '%2e%2e/x'],
    ['x'.repeat(1024), 'x'.repeat(1024)],
  ])('%j is kept as %j', (given, kept) => {
    expect(normalisePath(given)).toBe(kept);
  });

  it.each([
    ['', 'Empty path not allowed'],
    ['/', 'Empty path not allowed'],
    ['hot://', 'Empty path not allowed'],
    ['a/..', 'Empty path not allowed'],
    ['..', 'Path escapes storage root'],
    ['a/../../b', 'Path escapes storage root'],
    ['hot://../etc/passwd', 'Path escapes storage root'],
    ['a\0b', 'Path must not contain NUL'],
    ['a\ud800', 'Path must be valid Unicode'],
    ['x'.repeat(1025), 'Path must have at most 1024 bytes'],
    ['ä'.repeat(513), 'Path must have at most 1024 bytes'],
  ])('%j is refused: %s', (given, message) => {
    expect(() => normalisePath(given)).toThrow(new FilePathError(message));
  });

  it('is its own normal form, and holds nothing that leads elsewhere', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '.', '..', '', 'b c', '/'), { maxLength: 12 }), (parts) => {
        let path: string;
        try {
          path = normalisePath(parts.join('/'));
        } catch (error) {
          expect(error).toBeInstanceOf(FilePathError);
          return;
        }
        expect(normalisePath(path)).toBe(path);
        expect(path.split('/').some((segment) => ['', '.', '..'].includes(segment))).toBe(false);
      }),
    );
  });
});
