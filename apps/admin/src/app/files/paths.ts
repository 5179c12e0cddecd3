export interface Crumb {
  readonly name: string;
  readonly prefix: string;
}

/** The folders above and at a prefix: `a/b/` → a, a/b. */
export function crumbsOf(prefix: string): readonly Crumb[] {
  const parts = prefix.split('/').filter((part) => part !== '');
  return parts.map((name, index) => ({ name, prefix: `${parts.slice(0, index + 1).join('/')}/` }));
}

/** Last part of a path; what stands before a prefix that is on screen already is left out. */
export const shownName = (path: string, prefix: string): string =>
  path.startsWith(prefix) ? path.slice(prefix.length) : path;
