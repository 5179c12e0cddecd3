import * as z from 'zod/mini';

/** Sent with every request that writes; the value comes from `me`. */
export const CSRF_HEADER = 'x-csrf-token';

/** GET /admin/v1/auth/config, without a session. */
export interface AuthConfig {
  /** Whether one click signs in the local account: development mode, opened on this machine. */
  readonly local_sign_in: boolean;
  readonly version: string;
}

/** POST /admin/v1/login. Answers 200 with `Me`; 401 `unauthorized`, 429 with `retry_after`. */
export const loginBody = z.object({
  email: z.string().check(z.trim(), z.minLength(1), z.maxLength(320)),
  password: z.string().check(z.minLength(1), z.maxLength(1024)),
});
export type LoginBody = z.infer<typeof loginBody>;

// POST /admin/v1/login/local — no body, answers as login. 404 outside development mode.
// POST /admin/v1/logout — 204.

export type RoleName = 'admin' | 'member';

export const CAPABILITY_NAMES = [
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
export type CapabilityName = (typeof CAPABILITY_NAMES)[number];

/** GET /admin/v1/me. 401 when nobody is signed in. */
export interface Me {
  readonly user: { readonly user_id: string; readonly email: string; readonly name: string };
  readonly csrf_token: string;
  readonly orgs: readonly OrgEntry[];
  readonly api_url: string;
  readonly development: boolean;
  readonly version: string;
}

export interface OrgEntry {
  readonly org_id: string;
  readonly slug: string;
  readonly name: string;
  readonly kind: 'individual' | 'organization';
  readonly role: RoleName;
  readonly envs: readonly EnvEntry[];
}

export interface EnvEntry {
  readonly env_id: string;
  /** Also its place in addresses, case-insensitive. */
  readonly name: string;
  readonly capabilities: readonly CapabilityName[];
}

// POST /admin/v1/logout/everywhere — 204: ends every session of the viewer, this one too.

/** GET /admin/v1/me/sessions → Single<AppSession[]>, newest use first. DELETE /admin/v1/me/sessions/{id} → 204. */
export interface AppSession {
  readonly session_id: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly expires_at: string;
  readonly current: boolean;
}
