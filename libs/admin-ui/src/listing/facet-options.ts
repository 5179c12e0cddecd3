import type { Facets } from '@app/contracts';

/** What a filter offers: the values that there are, and those that are chosen although there are none any more. */
export function facetOptions(
  facets: Facets | undefined,
  name: string,
  chosen: readonly string[],
): readonly { readonly value: string; readonly label: string }[] {
  const known = facets?.[name]?.map(({ value }) => value) ?? [];
  return [...new Set([...known, ...chosen])].sort().map((value) => ({ value, label: value }));
}
