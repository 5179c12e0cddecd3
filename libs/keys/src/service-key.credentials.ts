import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Credentials, type CredentialSource, type StoredCredential } from '@app/platform/auth';
import { toStoredCredential } from './derived-credential';
import { LastUses } from './last-uses';
import { ServiceKeyRepository } from './service-key.repository';

/** Service keys as credentials. */
@Injectable()
export class ServiceKeyCredentials implements CredentialSource, OnModuleInit, OnApplicationShutdown {
  private readonly uses = new LastUses((ids) => this.keys.touchAcrossTenants(ids));

  constructor(
    private readonly keys: ServiceKeyRepository,
    private readonly credentials: Credentials,
  ) {}

  onModuleInit(): void {
    this.credentials.register('service-key', this);
  }

  async load(serviceKeyId: string): Promise<StoredCredential | null> {
    const row = await this.keys.findCredential(serviceKeyId);
    return row === undefined ? null : toStoredCredential('service-key', row);
  }

  onUsed(serviceKeyId: string): void {
    this.uses.note(serviceKeyId);
  }

  onApplicationShutdown(): Promise<void> {
    return this.uses.flush();
  }
}
