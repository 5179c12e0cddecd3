import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Credentials, type CredentialSource, type StoredCredential } from '@app/platform/auth';
import { secretHash } from './api-key-secret';
import { ApiKeyRepository } from './api-key.repository';
import { LastUses } from './last-uses';

/** API keys as credentials. */
@Injectable()
export class ApiKeyCredentials implements CredentialSource, OnModuleInit, OnApplicationShutdown {
  private readonly uses = new LastUses((ids) => this.keys.touchAcrossTenants(ids));

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly credentials: Credentials,
  ) {}

  onModuleInit(): void {
    this.credentials.register('api-key', this);
  }

  async load(apiKeyId: string): Promise<StoredCredential | null> {
    const row = await this.keys.findCredential(apiKeyId);
    const hash = row === undefined ? null : secretHash(row.key_data);
    if (row === undefined || hash === null) return null;
    return {
      secretHash: hash,
      expiresAtMs: null,
      principal: {
        kind: 'api-key',
        credentialId: row.api_key_id,
        apiKeyId: row.api_key_id,
        orgId: row.org_id,
        envId: row.env_id,
        userId: row.created_by_user_id,
        permissions: row.permissions,
        retentionClass: row.retention_class,
      },
    };
  }

  onUsed(apiKeyId: string): void {
    this.uses.note(apiKeyId);
  }

  onApplicationShutdown(): Promise<void> {
    return this.uses.flush();
  }
}
