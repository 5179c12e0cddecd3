import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Credentials, type CredentialSource, type StoredCredential } from '@app/platform/auth';
import { secretHash } from './api-key-secret';
import { ApiKeyRepository } from './api-key.repository';

const TOUCH_EVERY_MS = 60_000;

/** API keys as credentials. When each was last used is written at most once a minute, all keys in one statement. */
@Injectable()
export class ApiKeyCredentials implements CredentialSource, OnModuleInit, OnApplicationShutdown {
  private readonly log = new Logger(ApiKeyCredentials.name);
  private readonly used = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

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
    this.used.add(apiKeyId);
    this.timer ??= setTimeout(() => void this.writeUsed(), TOUCH_EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer !== undefined) await this.writeUsed();
  }

  private async writeUsed(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const ids = [...this.used];
    this.used.clear();
    try {
      await this.keys.touchAcrossTenants(ids);
    } catch (error) {
      // Only a time that is shown to people; the next use writes it again.
      this.log.warn({ event: 'api_key.touch_failed', error: String(error) });
    }
  }
}
