import type { ContextKeyRow } from '@app/contracts';

/** `shop`, `shop and crm`, `shop and 3 more`. */
export function firstOf(names: readonly string[]): string {
  const [first = '', second = ''] = names;
  if (names.length <= 1) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first} and ${names.length - 1} more`;
}

/** Which projects read it, and whether all can do without. */
export function usedWords({ used_by: uses }: ContextKeyRow): string {
  const names = firstOf(uses.map(({ project }) => project));
  return uses.some(({ required }) => required) ? names : `${names} (optional)`;
}
