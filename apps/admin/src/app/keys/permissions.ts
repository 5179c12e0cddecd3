import type { PermissionMap } from '@app/contracts';

/**
 * The permission model of API keys, as the server has it: a map from resource ("type:path", a final * stands for any
 * rest) to actions. The server decides; this is what lets the builder speak while somebody types.
 */
export const ACTIONS = ['create', 'read', 'update', 'delete', 'execute'] as const;
export type Action = (typeof ACTIONS)[number];

export interface ResourceType {
  readonly type: string;
  readonly label: string;
  readonly actions: readonly Action[];
  /** What the path part names. */
  readonly path: string;
}

export const RESOURCE_TYPES: readonly ResourceType[] = [
  { type: 'event', label: 'Events', actions: ['create', 'read'], path: 'event type' },
  { type: 'stream', label: 'Streams', actions: ['read'], path: 'stream id' },
  { type: 'run', label: 'Runs', actions: ['read'], path: 'run id' },
  { type: 'call', label: 'Calls', actions: ['create', 'read'], path: 'function' },
  { type: 'project', label: 'Projects', actions: ['create', 'read', 'update', 'delete'], path: 'project' },
  { type: 'build', label: 'Builds', actions: ['create', 'read', 'execute'], path: 'project/build' },
  {
    type: 'context',
    label: 'Context variables',
    actions: ['create', 'read', 'update', 'delete'],
    path: 'project/key',
  },
  { type: 'mcp', label: 'MCP tools', actions: ['execute'], path: 'service/tool' },
  { type: 'webhook', label: 'Webhooks', actions: ['execute'], path: 'service/path' },
  { type: 'key', label: 'API keys', actions: ['create', 'read', 'update', 'delete'], path: 'key id' },
  { type: 'session', label: 'Sessions', actions: ['create', 'read', 'delete'], path: 'session id' },
  { type: 'env', label: 'Environment', actions: ['read'], path: 'environment' },
];

export const RULES = [
  'Invalid resource',
  'Empty action list',
  'Invalid action',
  'Action not valid for resource',
] as const;
export type Rule = (typeof RULES)[number];

export interface Violation {
  readonly urn: string;
  readonly rule: Rule;
  /** The action that breaks the rule, where it is one. */
  readonly action?: string;
}

const TYPE = /^[A-Za-z0-9-]+$/;

/** Everything that is wrong with a set; an empty set is right and grants nothing. */
export function validatePermissions(permissions: PermissionMap): Violation[] {
  return Object.entries(permissions).flatMap(([urn, actions]) => violationsOf(urn, actions));
}

function violationsOf(urn: string, actions: readonly string[]): Violation[] {
  if (!isResource(urn)) return [{ urn, rule: 'Invalid resource' }];
  if (actions.length === 0) return [{ urn, rule: 'Empty action list' }];
  const valid = actionsOf(typeOf(urn));
  return actions.flatMap((action): Violation[] => {
    if (action === '*') return [];
    if (!isAction(action)) return [{ urn, rule: 'Invalid action', action }];
    return valid.includes(action) ? [] : [{ urn, rule: 'Action not valid for resource', action }];
  });
}

function isResource(urn: string): boolean {
  if (urn === '*:*') return true;
  const colon = urn.indexOf(':');
  return colon > 0 && TYPE.test(urn.slice(0, colon)) && colon < urn.length - 1;
}

function isAction(text: string): text is Action {
  return (ACTIONS as readonly string[]).includes(text);
}

export function typeOf(urn: string): string {
  return urn.slice(0, Math.max(0, urn.indexOf(':')));
}

/** Actions that make sense for a type; all of them for types we do not know and for everything. */
export function actionsOf(type: string): readonly Action[] {
  return RESOURCE_TYPES.find((entry) => entry.type === type)?.actions ?? ACTIONS;
}

/** The entry of a set that allows something, null when none does. */
export function grantedBy(permissions: PermissionMap, urn: string, action: string): string | null {
  for (const [pattern, actions] of Object.entries(permissions)) {
    if (covers(pattern, urn) && (actions.includes(action) || actions.includes('*'))) return pattern;
  }
  return null;
}

/** Only a final star is a wildcard, and it stands for any rest, without regard to segments. */
export function covers(pattern: string, urn: string): boolean {
  return (
    pattern === '*:*' || pattern === urn || (pattern.endsWith('*') && urn.startsWith(pattern.slice(0, -1)))
  );
}

/** What a set asks for beyond what may be given out, as "urn action". */
export function beyond(permissions: PermissionMap, grantable: PermissionMap): string[] {
  return Object.entries(permissions).flatMap(([urn, actions]) =>
    actions
      .flatMap((action): readonly string[] => (action === '*' ? actionsOf(typeOf(urn)) : [action]))
      .filter((action) => grantedBy(grantable, urn, action) === null)
      .map((action) => `${urn} ${action}`),
  );
}

export type Risk = 'none' | 'narrow' | 'broad' | 'unrestricted';

const SENSITIVE: ReadonlySet<string> = new Set(['context', 'key', 'session', 'project', 'build']);

export function riskOf(permissions: PermissionMap): Risk {
  const entries = Object.entries(permissions);
  if (entries.length === 0) return 'none';
  if (entries.some(([urn, actions]) => urn === '*:*' && actions.includes('*'))) return 'unrestricted';
  const broad = entries.some(
    ([urn, actions]) =>
      urn === '*:*' ||
      (urn.endsWith(':*') && SENSITIVE.has(typeOf(urn)) && actions.some((action) => action !== 'read')),
  );
  return broad ? 'broad' : 'narrow';
}

/** One sentence per entry. */
export function describe(permissions: PermissionMap): string[] {
  return Object.entries(permissions).map(([urn, actions]) => {
    const verbs = actions.includes('*') ? 'everything' : actions.join(', ');
    if (urn === '*:*') return `${verbs} on all resources`;
    const type = RESOURCE_TYPES.find((entry) => entry.type === typeOf(urn));
    const path = urn.slice(urn.indexOf(':') + 1);
    const what = type?.label.toLowerCase() ?? typeOf(urn);
    if (path === '*') return `${verbs} on all ${what}`;
    return path.endsWith('*')
      ? `${verbs} on ${what} beginning with ${path.slice(0, -1)}`
      : `${verbs} on ${what} ${path}`;
  });
}

/** In a table cell: "Full access", "Read only", "3 rules". */
export function summarize(permissions: PermissionMap): string {
  const entries = Object.entries(permissions);
  const [first] = entries;
  if (first === undefined) return 'Nothing';
  if (riskOf(permissions) === 'unrestricted') return 'Full access';
  if (entries.length === 1 && first[0] === '*:*' && first[1].every((action) => action === 'read')) {
    return 'Read only';
  }
  return entries.length === 1 ? '1 rule' : `${entries.length} rules`;
}
