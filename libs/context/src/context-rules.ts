/** What may be stored as a context variable. Each throws BadRequestError that names the field; none shows a value. */
import { BadRequestError } from '@app/kernel';

export const MAX_KEY_LENGTH = 255;
export const MAX_VALUE_BYTES = 64 * 1024;
export const MAX_DESCRIPTION_LENGTH = 2_000;

export function parseContextKey(key: string): string {
  const length = [...key].length;
  if (length === 0 || length > MAX_KEY_LENGTH) {
    throw new BadRequestError(`key must have 1 to ${MAX_KEY_LENGTH} characters`);
  }
  if (/[\s\p{Z}\p{Cc}\p{Cs}]/u.test(key)) {
    throw new BadRequestError('key must not hold white space or control characters');
  }
  // Clients take these for the folder itself and the one above, so that nobody could change or delete it.
  if (key === '.' || key === '..') throw new BadRequestError('key must not be a path');
  return key;
}

export function parseContextValue(value: string): string {
  // As it is counted everywhere: UTF-8 without the quotes and escapes of the body that brought it.
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES) {
    throw new BadRequestError(`value must have at most ${MAX_VALUE_BYTES} bytes`);
  }
  return value;
}

export function parseContextDescription(description: string | null): string | null {
  if (description === null) return null;
  if ([...description].length > MAX_DESCRIPTION_LENGTH) {
    throw new BadRequestError(`description must have at most ${MAX_DESCRIPTION_LENGTH} characters`);
  }
  // The database keeps no text with these.
  if (/\0|\p{Cs}/u.test(description)) {
    throw new BadRequestError('description must be text without NUL and lone surrogates');
  }
  return description;
}
