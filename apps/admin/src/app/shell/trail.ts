import { shortId } from '@app/admin-ui/format';
import { NAV_ITEMS } from './nav';

export interface Crumb {
  readonly label: string;
  /** Parts of the address below the environment; null for the page itself. */
  readonly link: readonly string[] | null;
  /** An id or a name of the project's, shown in the type of code. */
  readonly code: boolean;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** Parts of an address that only say what kind of thing follows. */
const KINDS = new Set(['builds']);

/**
 * The way from a section down to the page, from the address alone.
 *
 * @param parts the path below the environment, decoded: `['projects', 'shop', 'builds', '0192…']`
 */
export function trailOf(parts: readonly string[]): readonly Crumb[] {
  const section = NAV_ITEMS.find(({ path }) => path === parts[0]);
  if (section === undefined) return [];
  const crumbs: Crumb[] = [{ label: section.label, link: [section.path], code: false }];
  // What stands behind an id is a view of the same thing.
  const end = parts.findIndex((part) => UUID.test(part));
  parts.slice(0, end === -1 ? parts.length : end + 1).forEach((part, index) => {
    if (index === 0 || KINDS.has(part)) return;
    if (part === 'new') crumbs.push({ label: 'New', link: null, code: false });
    else {
      const label = UUID.test(part) ? shortId(part) : part;
      crumbs.push({ label, link: parts.slice(0, index + 1), code: true });
    }
  });
  return crumbs.map((crumb, index) => (index === crumbs.length - 1 ? { ...crumb, link: null } : crumb));
}
