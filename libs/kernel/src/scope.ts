/** A tenant. Every method that touches a tenant's data takes a scope first. */
export interface OrgScope {
  readonly orgId: string;
}

/** An environment of a tenant: the isolation boundary of everything that runs. */
export interface EnvScope extends OrgScope {
  readonly envId: string;
}

/** Days that history is kept, -1 for ever. Fixed on each history row when it is inserted. */
export type RetentionClass = number;

/** Resource URN → actions, as stored. Only validated sets become this type. */
export type PermissionSet = Readonly<Record<string, readonly string[]>>;

export const PRINCIPAL_KINDS = ['user', 'api-key', 'session', 'service-key', 'system'] as const;
export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number];

/** Who is asking, whatever the credential. */
export interface Principal extends EnvScope {
  readonly kind: PrincipalKind;
  /** Id of the presented credential: API key, session, service key, or the app's sign-in session. */
  readonly credentialId: string;
  /** The API key itself or the one a session or service key was made with; null for people. */
  readonly apiKeyId: string | null;
  /** Recorded as the acting user on everything written. */
  readonly userId: string;
  readonly permissions: PermissionSet;
  readonly retentionClass: RetentionClass;
}

/** A principal on one request, whose access record has this id. */
export interface RequestPrincipal extends Principal {
  readonly accessId: string;
}
