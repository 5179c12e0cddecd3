import type { EnvScope, OrgScope, RetentionClass } from '@app/kernel';
import type { Capability, Role } from './capability';

/** Somebody with a valid session of the app. */
export interface SignedIn {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly sessionId: string;
  readonly csrfToken: string;
}

/** Somebody signed in, within an organization they belong to. */
export interface OrgMember extends SignedIn, OrgScope {
  readonly orgSlug: string;
  readonly orgName: string;
  readonly role: Role;
  readonly retentionClass: RetentionClass;
}

/** Somebody signed in, within an environment of an organization they belong to. */
export interface EnvMember extends OrgMember, EnvScope {
  readonly envName: string;
}

/** An organization or environment as the list of what somebody can open. */
export interface Membership {
  readonly orgId: string;
  readonly slug: string;
  readonly name: string;
  readonly orgType: string;
  readonly role: Role;
  readonly capabilities: readonly Capability[];
  readonly envs: readonly { readonly envId: string; readonly name: string }[];
}
