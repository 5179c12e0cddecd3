import type { DerivedKeyRow, PermissionMap } from '@app/contracts';
import { plural } from '@app/admin-ui/format';
import type { IconName } from '@app/admin-ui/icon';

export type DerivedKeyKind = 'service-keys' | 'sessions';

export interface KindWords {
  readonly title: string;
  readonly one: string;
  readonly many: string;
  readonly icon: IconName;
  readonly lead: string;
  readonly search: string;
  readonly empty: string;
  readonly snippet: string;
}

export const KINDS: Readonly<Record<DerivedKeyKind, KindWords>> = {
  'service-keys': {
    title: 'Service Keys',
    one: 'service key',
    many: 'service keys',
    icon: 'service-keys',
    lead: 'Long-lived credentials that an API key has made for customers. They never exceed what that key may do.',
    search: 'Search name, description or key',
    empty: 'An API key makes them over the API, one for each customer.',
    snippet: 'POST /v1/service-keys {"name": "Acme", "permissions": {"mcp:billing/*": ["execute"]}}',
  },
  sessions: {
    title: 'Sessions',
    one: 'session',
    many: 'sessions',
    icon: 'sessions',
    lead: 'Short-lived credentials that an API key has made, for a browser or a conversation.',
    search: 'Search metadata or key',
    empty: 'An API key makes them over the API; they last an hour unless said otherwise.',
    snippet: 'POST /v1/sessions {"permissions": {"stream:*": ["read"]}, "expires_in": 3600}',
  },
};

/** What stands for a key in a sentence. */
export const nameOf = (key: DerivedKeyRow): string => key.name ?? `${key.prefix}…`;

/** "3 rules", "stream:* read" */
export function permissionWords(permissions: PermissionMap): string {
  const entries = Object.entries(permissions);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return `${only[0]} ${only[1].join(', ')}`;
  return entries.length === 0 ? 'nothing' : plural(entries.length, 'rule');
}

export const permissionLines = (permissions: PermissionMap): readonly string[] =>
  Object.entries(permissions).map(([urn, actions]) => `${urn}: ${actions.join(', ')}`);

const SOON_MS = 14 * 86_400_000;

/** Whether a key that works will not for much longer. Sessions are short by nature. */
export const endsSoon = (key: DerivedKeyRow, kind: DerivedKeyKind, nowMs: number): boolean =>
  kind === 'service-keys' &&
  key.state === 'active' &&
  key.expires_at !== null &&
  Date.parse(key.expires_at) - nowMs <= SOON_MS;
