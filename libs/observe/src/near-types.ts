const MAX_DISTANCE = 2;
const MAX_LENGTH = 255;

/** Known names that look like this one: the same but for spelling, closest first. */
export function nearTypes<T extends { readonly type: string }>(
  type: string,
  known: readonly T[],
  limit = 5,
): T[] {
  const wanted = normalise(type);
  return known
    .map((item) => ({ item, distance: distance(wanted, normalise(item.type)) }))
    .filter(({ item, distance: d }) => item.type !== type && d <= Math.min(MAX_DISTANCE, wanted.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ item }) => item);
}

// user.created, user:created and User-Created are one slip, not several.
const normalise = (type: string): string =>
  type
    .slice(0, MAX_LENGTH)
    .toLowerCase()
    .replace(/[.:/_\s-]+/g, ':');

/** Edits between two words, given up beyond what counts. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_DISTANCE) return MAX_DISTANCE + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
