/** Other organizations and environments of a platform, and keys for them, as an operator would make them. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Platform } from './platform';

export interface Tenant {
  readonly orgId: string;
  readonly envId: string;
}

/** The one that the platform begins with. */
export async function firstTenant(platform: Platform): Promise<Tenant> {
  const [row] = await platform.query<{ org_id: string; env_id: string }>(
    `SELECT org_id, env_id FROM hot.env ORDER BY created_at LIMIT 1`,
  );
  return { orgId: row?.org_id ?? '', envId: row?.env_id ?? '' };
}

/** A further environment; of a new organization unless one is named. */
export async function makeTenant(platform: Platform, orgId?: string): Promise<Tenant> {
  const tenant = { orgId: orgId ?? randomUUID(), envId: randomUUID() };
  if (orgId === undefined) {
    await platform.query(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'Other', $2)`, [
      tenant.orgId,
      `o-${tenant.orgId.slice(0, 8)}`,
    ]);
  }
  await platform.query(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, $3)`, [
    tenant.envId,
    tenant.orgId,
    `e-${tenant.envId.slice(0, 8)}`,
  ]);
  return tenant;
}

/** An API key; for everything unless told otherwise. */
export async function makeKey(
  platform: Platform,
  tenant: Tenant,
  permissions: Readonly<Record<string, readonly string[]>> = { '*:*': ['*'] },
): Promise<string> {
  const [id, secret] = [randomUUID(), randomBytes(32).toString('hex')];
  const hash = createHash('sha256').update(secret).digest('base64');
  await platform.query(
    `INSERT INTO hot.api_key (api_key_id, env_id, key_data, permissions, created_by_user_id)
     SELECT $1, $2, $3, $4, user_id FROM hot."user" LIMIT 1`,
    [id, tenant.envId, JSON.stringify({ algorithm: 'sha256', hash }), JSON.stringify(permissions)],
  );
  return `hot_${id.replaceAll('-', '')}_${secret}`;
}
