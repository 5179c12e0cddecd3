/** What somebody may do in the app, by role. The names are shown to people: "You need run.execute". */
export const CAPABILITIES = [
  'view',
  'payload.view',
  'run.execute',
  'run.cancel',
  'project.create',
  'project.manage',
  'build.deploy',
  'context.view',
  'context.write',
  'schedule.operate',
  'file.download',
  'store.write',
  'key.own',
  'key.manage',
  'domain.manage',
  'env.manage',
  'member.manage',
  'org.manage',
] as const;

export type Capability = (typeof CAPABILITIES)[number];

export const ROLES = ['member', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const ROLE_BY_ID: Readonly<Record<number, Role>> = { 1: 'member', 2: 'admin' };

/** The role of a stored id; an id of a newer version counts as the least of ours. */
export const roleFromId = (id: number): Role => ROLE_BY_ID[id] ?? 'member';

const MEMBER: ReadonlySet<Capability> = new Set<Capability>([
  'view',
  'payload.view',
  'run.execute',
  'run.cancel',
  'project.create',
  'context.view',
  'schedule.operate',
  'file.download',
  'key.own',
]);
const ADMIN: ReadonlySet<Capability> = new Set(CAPABILITIES);

/** Everything that a role may do. */
export const capabilitiesOf = (role: Role): readonly Capability[] =>
  CAPABILITIES.filter((capability) => roleMay(role, capability));

export const roleMay = (role: Role, capability: Capability): boolean =>
  (role === 'admin' ? ADMIN : MEMBER).has(capability);

/**
 * What a role may grant to an API key: nobody hands out more than they have. Members see everything that runs and may
 * start things; deploying, context values and keys stay with admins.
 */
export const ROLE_PERMISSIONS: Readonly<Record<Role, Readonly<Record<string, readonly string[]>>>> = {
  admin: { '*:*': ['*'] },
  member: {
    'event:*': ['create', 'read'],
    'run:*': ['read'],
    'stream:*': ['read'],
    'call:*': ['create', 'read'],
    'mcp:*': ['execute'],
    'webhook:*': ['execute'],
    'project:*': ['read'],
    'build:*': ['read'],
    'env:*': ['read'],
    'domain:*': ['read'],
  },
};
