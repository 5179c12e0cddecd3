import { BadRequestError, parseUuid } from '@app/kernel';

const MAX_LENGTH = 255;

/**
 * A project's name as it will be kept: trimmed, 1–255 characters. It stands in URLs beside ids, so it is never a UUID and
 * never a path. Throws BadRequestError that names `name`.
 */
export function parseProjectName(text: string): string {
  const name = text.trim();
  const problem = problemOf(name);
  if (problem !== null) throw new BadRequestError(`name ${problem}`);
  return name;
}

function problemOf(name: string): string | null {
  if (name === '') return 'must not be empty';
  if ([...name].length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  if (parseUuid(name) !== null) return 'must not be a UUID';
  if (name === '.' || name === '..' || name.includes('/')) return 'must not be a path';
  if (/\p{Cc}|\p{Cs}/u.test(name)) return 'must not hold control characters';
  return null;
}
