import { Injectable } from '@nestjs/common';
import type { EnvScope, Page, Paging, PermissionSet } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import { ApiKeyEntity } from './api-key.entity';
import type { KeyData } from './api-key-secret';

export interface CredentialRow {
  readonly api_key_id: string;
  readonly env_id: string;
  readonly org_id: string;
  readonly key_data: KeyData;
  readonly permissions: PermissionSet;
  readonly created_by_user_id: string;
  readonly retention_class: number;
}

// Not scoped: the key itself is what tells whose it is.
const CREDENTIAL = statement(
  'api_key_credential',
  `SELECT k.api_key_id, k.env_id, e.org_id, k.key_data, k.permissions, k.created_by_user_id, o.retention_class
     FROM hot.api_key k
     JOIN hot.env e ON e.env_id = k.env_id AND e.active
     JOIN hot.org o ON o.org_id = e.org_id AND o.active
    WHERE k.api_key_id = $1 AND k.active`,
);

const TOUCH = `
  UPDATE hot.api_key SET last_used_at = now()
   WHERE api_key_id = ANY($1::uuid[]) AND (last_used_at IS NULL OR last_used_at < now() - interval '50 seconds')`;

@Injectable()
export class ApiKeyRepository {
  constructor(private readonly db: Db) {}

  findCredential(apiKeyId: string): Promise<CredentialRow | undefined> {
    return this.db.queryOne<CredentialRow>(CREDENTIAL, [apiKeyId]);
  }

  async insert(
    { envId }: EnvScope,
    key: Pick<ApiKeyEntity, 'apiKeyId' | 'description' | 'keyData' | 'permissions' | 'createdByUserId'>,
  ): Promise<ApiKeyEntity> {
    const keys = this.db.repository(ApiKeyEntity);
    await keys.insert({ ...key, envId, permissions: { ...key.permissions } });
    return keys.findOneByOrFail({ apiKeyId: key.apiKeyId });
  }

  find({ envId }: EnvScope, apiKeyId: string): Promise<ApiKeyEntity | null> {
    return this.db.repository(ApiKeyEntity).findOneBy({ envId, apiKeyId });
  }

  async list({ envId }: EnvScope, paging: Paging): Promise<Page<ApiKeyEntity>> {
    const [items, total] = await this.db.repository(ApiKeyEntity).findAndCount({
      where: { envId },
      order: { active: 'DESC', createdAt: 'DESC', apiKeyId: 'DESC' },
      take: paging.limit,
      skip: paging.offset,
    });
    return { items, total, ...paging };
  }

  /** Answers whether there was such a key. */
  async update(
    { envId }: EnvScope,
    apiKeyId: string,
    changes: Partial<Pick<ApiKeyEntity, 'description' | 'permissions' | 'active'>>,
    userId: string,
  ): Promise<boolean> {
    const result = await this.db
      .repository(ApiKeyEntity)
      .update({ envId, apiKeyId }, { ...changes, updatedByUserId: userId, updatedAt: () => 'now()' });
    return (result.affected ?? 0) > 0;
  }

  async touchAcrossTenants(apiKeyIds: readonly string[]): Promise<void> {
    await this.db.execute(TOUCH, [apiKeyIds]);
  }
}
