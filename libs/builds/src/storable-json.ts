/**
 * A copy that PostgreSQL's jsonb takes: it refuses NUL and half surrogate pairs inside strings, which programs may well
 * contain. They become the replacement character; this is for showing and searching, never for running.
 */
export function storableJson<T>(value: T): T {
  return clean(value) as T; // the same shape, only strings differ
}

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), clean(item)]));
}
