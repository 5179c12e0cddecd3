/** Addresses of the admin API. `{E}` in the other files is `envBase(org, env)`. */
export const ADMIN_BASE = '/admin/v1';

export const ME_URL = `${ADMIN_BASE}/me`;
export const AUTH_CONFIG_URL = `${ADMIN_BASE}/auth/config`;
export const LOGIN_URL = `${ADMIN_BASE}/login`;
export const LOCAL_LOGIN_URL = `${ADMIN_BASE}/login/local`;
export const LOGOUT_URL = `${ADMIN_BASE}/logout`;

export const envBase = (org: string, env: string): string =>
  `${ADMIN_BASE}/orgs/${encodeURIComponent(org)}/envs/${encodeURIComponent(env)}`;

/** GET {A}/resolve?id= → Single<Resolved>: where an object is that the viewer may see. 404 when there is none. */
export interface Resolved {
  readonly kind: 'run' | 'event' | 'stream' | 'build';
  readonly id: string;
  readonly org: string;
  readonly env: string;
  /** Project name, for builds. */
  readonly project: string | null;
}

/** GET {E}/nav → Single<NavBadges>: what needs attention, shown beside the navigation. */
export interface NavBadges {
  readonly runs_running: number;
  readonly events_unhandled_24h: number;
  readonly runs_failed_24h: number;
}
