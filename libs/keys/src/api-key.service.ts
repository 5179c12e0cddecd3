import { hash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  mapPage,
  newId,
  NotFoundError,
  type EnvScope,
  type Page,
  type Paging,
  type PermissionSet,
} from '@app/kernel';
import { ALL_ACTIONS, EVERYTHING, findEscalation, parsePermissions } from '@app/access';
import { parseToken } from '@app/platform/auth';
import { ApiKeyEntity } from './api-key.entity';
import { newSecret, secretHash } from './api-key-secret';
import { ApiKeyRepository } from './api-key.repository';

export interface ApiKeyView {
  readonly apiKeyId: string;
  readonly envId: string;
  readonly description: string;
  readonly permissions: PermissionSet;
  readonly active: boolean;
  readonly lastUsedAt: Date | null;
  readonly createdByUserId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface CreatedApiKey {
  readonly key: ApiKeyView;
  /** The key in full. This is the only time that it exists outside the caller's hands. */
  readonly token: string;
}

export interface ApiKeyChanges {
  readonly description?: string;
  /** Untrusted; checked here. */
  readonly permissions?: unknown;
  readonly active?: boolean;
}

/** API keys of an environment. Who may manage them is asked by the caller: the public API has no route for it. */
@Injectable()
export class ApiKeyService {
  constructor(private readonly keys: ApiKeyRepository) {}

  /** Throws BadRequestError when the permissions are not valid. */
  async create(
    scope: EnvScope,
    input: { readonly description: string; readonly permissions: unknown; readonly userId: string },
  ): Promise<CreatedApiKey> {
    const permissions = parsePermissions(input.permissions);
    const apiKeyId = newId();
    const { token, keyData } = newSecret(apiKeyId);
    const key = await this.keys.insert(scope, {
      apiKeyId,
      description: input.description,
      keyData,
      permissions,
      createdByUserId: input.userId,
    });
    return { key: toView(key), token };
  }

  async get(scope: EnvScope, apiKeyId: string): Promise<ApiKeyView> {
    const key = await this.keys.find(scope, apiKeyId);
    if (key === null) throw new NotFoundError('API key');
    return toView(key);
  }

  /** Whether the token is an active key of the environment that grants everything. */
  async isFullAccess({ envId }: EnvScope, token: string): Promise<boolean> {
    const parsed = parseToken(token);
    if (parsed?.kind !== 'api-key') return false;
    const row = await this.keys.findCredential(parsed.credentialId);
    const stored = row === undefined ? null : secretHash(row.key_data);
    if (row === undefined || stored === null || row.env_id !== envId) return false;
    const matches = timingSafeEqual(stored, hash('sha256', parsed.secret, 'buffer'));
    return matches && findEscalation(row.permissions, { [EVERYTHING]: [ALL_ACTIONS] }) === null;
  }

  async list(scope: EnvScope, paging: Paging): Promise<Page<ApiKeyView>> {
    return mapPage(await this.keys.list(scope, paging), toView);
  }

  /**
   * Changes a key. A deactivated one is refused by every process as soon as the change is committed, and with it all
   * sessions and service keys that were made with it.
   */
  async update(
    scope: EnvScope,
    apiKeyId: string,
    changes: ApiKeyChanges,
    userId: string,
  ): Promise<ApiKeyView> {
    const known = await this.keys.update(
      scope,
      apiKeyId,
      {
        ...(changes.description === undefined ? {} : { description: changes.description }),
        ...(changes.active === undefined ? {} : { active: changes.active }),
        ...(changes.permissions === undefined ? {} : { permissions: parsePermissions(changes.permissions) }),
      },
      userId,
    );
    if (!known) throw new NotFoundError('API key');
    return this.get(scope, apiKeyId);
  }
}

function toView(key: ApiKeyEntity): ApiKeyView {
  return {
    apiKeyId: key.apiKeyId,
    envId: key.envId,
    description: key.description,
    permissions: key.permissions,
    active: key.active,
    lastUsedAt: key.lastUsedAt,
    createdByUserId: key.createdByUserId,
    createdAt: key.createdAt,
    updatedAt: key.updatedAt,
  };
}
