import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Credentials, type CredentialSource, type StoredCredential } from '@app/platform/auth';
import { toStoredCredential } from './derived-credential';
import { LastUses } from './last-uses';
import { SessionRepository } from './session.repository';

/** Session tokens as credentials. */
@Injectable()
export class SessionCredentials implements CredentialSource, OnModuleInit, OnApplicationShutdown {
  private readonly uses = new LastUses((ids) => this.sessions.touchAcrossTenants(ids));

  constructor(
    private readonly sessions: SessionRepository,
    private readonly credentials: Credentials,
  ) {}

  onModuleInit(): void {
    this.credentials.register('session', this);
  }

  async load(sessionId: string): Promise<StoredCredential | null> {
    const row = await this.sessions.findCredential(sessionId);
    return row === undefined ? null : toStoredCredential('session', row);
  }

  onUsed(sessionId: string): void {
    this.uses.note(sessionId);
  }

  onApplicationShutdown(): Promise<void> {
    return this.uses.flush();
  }
}
