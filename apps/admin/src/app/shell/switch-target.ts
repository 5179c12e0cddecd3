import type { UrlTree } from '@angular/router';
import { type ScopeNames, scopeOf } from '@app/admin-ui/session';

/** Filters that mean the same in every environment; the others name things of the old one. */
const NEUTRAL = new Set(['status', 'type', 'state', 'source', 't', 'from', 'to', 'g', 'sort', 'size']);

export interface SwitchTarget {
  readonly commands: readonly string[];
  readonly queryParams: Readonly<Record<string, string>>;
}

/** The same kind of page in another environment. Pages of one object become the list of its kind. */
export function switchTarget(tree: UrlTree, url: string, to: ScopeNames): SwitchTarget {
  const section = scopeOf(url)?.section ?? 'dashboard';
  const segments = tree.root.children['primary']?.segments.length ?? 0;
  const isList = segments <= 5;
  const queryParams: Record<string, string> = {};
  if (isList) {
    for (const [name, value] of Object.entries(tree.queryParams)) {
      if (NEUTRAL.has(name) && typeof value === 'string') queryParams[name] = value;
    }
  }
  return { commands: ['/o', to.org, 'e', to.env, section], queryParams };
}
