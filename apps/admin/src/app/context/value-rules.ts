import {
  CONTEXT_DESCRIPTION_MAX,
  CONTEXT_KEY_MAX,
  CONTEXT_VALUE_MAX_BYTES,
  type ContextFormat,
} from '@app/contracts';

/** What is wrong with a key, in words; '' when nothing is. The server says the same. */
export function keyProblem(key: string): string {
  if (key === '') return 'Give the key that code reads, such as API_KEY.';
  if ([...key].length > CONTEXT_KEY_MAX) return `A key has at most ${CONTEXT_KEY_MAX} characters.`;
  if (/[\s\p{Z}\p{Cc}]/u.test(key)) return 'A key has no spaces or control characters.';
  if (key === '.' || key === '..') return 'A key is not a path.';
  return '';
}

export function valueProblem(value: string, format: ContextFormat): string {
  const bytes = new TextEncoder().encode(value).length;
  if (bytes > CONTEXT_VALUE_MAX_BYTES) return `A value has at most 64 KiB; this one has ${bytes} bytes.`;
  if (value === '') return 'Give a value. An empty text is written "" as JSON.';
  if (format === 'text') return '';
  try {
    JSON.parse(value);
    return '';
  } catch {
    // The only thing that can be wrong with it.
    return 'This is not valid JSON.';
  }
}

export const descriptionProblem = (text: string): string =>
  [...text].length > CONTEXT_DESCRIPTION_MAX
    ? `A description has at most ${CONTEXT_DESCRIPTION_MAX} characters.`
    : '';
