/** The closed set of actions. `*` in a list stands for all that are valid for the resource's type. */
export const ACTIONS = ['create', 'read', 'update', 'delete', 'execute'] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * Resource types with fewer actions than all. Any other well-formed type is valid and takes every action, so that newer
 * features and other programs can name their own.
 */
const TYPE_ACTIONS: Readonly<Record<string, readonly Action[]>> = {
  mcp: ['execute'],
  webhook: ['execute'],
  stream: ['read'],
  event: ['create', 'read'],
  run: ['read'],
  call: ['create', 'read'],
  project: ['create', 'read', 'update', 'delete'],
  build: ['create', 'read', 'execute'],
  context: ['create', 'read', 'update', 'delete'],
  key: ['create', 'read', 'update', 'delete'],
  session: ['create', 'read', 'delete'],
  env: ['read'],
};

/** Types that the platform itself asks for, for forms that offer a choice. */
export const KNOWN_RESOURCE_TYPES: readonly string[] = [
  ...Object.keys(TYPE_ACTIONS),
  'file',
  'domain',
  'org',
];

/** Actions that are valid for a resource type; `*` is the type of the unrestricted resource. */
export function actionsOfType(type: string): readonly Action[] {
  return Object.hasOwn(TYPE_ACTIONS, type) ? (TYPE_ACTIONS[type] ?? ACTIONS) : ACTIONS;
}

/** The type of a resource URN: what stands before its first colon. */
export function typeOfUrn(urn: string): string {
  const colon = urn.indexOf(':');
  return colon < 0 ? urn : urn.slice(0, colon);
}
