/**
 * Credentials → principals. What is known about a credential is remembered for some seconds, but only while notices of
 * changes arrive (a revoked key must be refused at once), so that an ordinary request costs one hash and no statement.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, UnauthorizedError, type Principal } from '@app/kernel';
import { DbNotices } from '@app/platform/database';
import { LRUCache } from 'lru-cache';
import type { Token, TokenKind } from './token';

/** Payload: the id of the credential or of its API key; `*` for everything. */
export const CREDENTIAL_CHANGED_CHANNEL = 'hot_credential';

const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 10_000;

export interface StoredCredential {
  /** SHA-256 of the secret's hex text. */
  readonly secretHash: Buffer;
  readonly principal: Principal;
  readonly expiresAtMs: number | null;
}

/** Where the credentials of one kind are kept. */
export interface CredentialSource {
  /** Null unless the credential exists and may be used, its parent and environment included. */
  load(credentialId: string): Promise<StoredCredential | null>;
  /** Told of every use. Must return at once. */
  onUsed(credentialId: string): void;
}

interface Remembered {
  readonly credential: StoredCredential;
  readonly loadedAtMs: number;
}

@Injectable()
export class Credentials implements OnModuleInit {
  private readonly sources = new Map<TokenKind, CredentialSource>();
  private readonly remembered = new LRUCache<string, Remembered>({
    max: MAX_REMEMBERED,
    dispose: ({ credential }, id) => this.unlink(id, credential),
  });
  /** Ids of remembered credentials by that of their API key: thousands may be revoked at once, each by its own notice. */
  private readonly byApiKey = new Map<string, Set<string>>();
  private readonly loading = new Map<string, Promise<StoredCredential | null>>();
  /** Grows with every change: what was being read meanwhile is not remembered. */
  private epoch = 0;

  constructor(
    private readonly clock: Clock,
    private readonly notices: DbNotices,
  ) {}

  onModuleInit(): void {
    this.notices.listen(CREDENTIAL_CHANGED_CHANNEL, {
      onNotice: (id) => this.forget(id),
      onGap: () => this.forget('*'),
    });
  }

  /** Called once per kind by the lib that owns the table. */
  register(kind: TokenKind, source: CredentialSource): void {
    if (this.sources.has(kind)) throw new Error(`Two sources for credentials of kind ${kind}`);
    this.sources.set(kind, source);
  }

  /** Throws UnauthorizedError, with the same words for every cause. Synchronous when the credential is remembered. */
  verify(token: Token | null): Principal | Promise<Principal> {
    if (token === null) throw new UnauthorizedError();
    const remembered = this.remembered.get(token.credentialId);
    if (remembered !== undefined && this.clock.nowMs() - remembered.loadedAtMs < REMEMBER_MS) {
      return this.check(token, remembered.credential);
    }
    return this.load(token).then((credential) => this.check(token, credential));
  }

  /** When the credential of a principal expires, if it is remembered; null in it for never. */
  remembers({ credentialId }: Principal): Pick<StoredCredential, 'expiresAtMs'> | undefined {
    return this.remembered.get(credentialId)?.credential;
  }

  /** The same as it is kept now, not as it is remembered; null when the credential does not work any more. */
  async lookUp({
    kind,
    credentialId,
  }: Principal): Promise<Pick<StoredCredential, 'expiresAtMs' | 'principal'> | null> {
    const stored =
      (await (this.sources as ReadonlyMap<string, CredentialSource>).get(kind)?.load(credentialId)) ?? null;
    return stored?.expiresAtMs != null && stored.expiresAtMs <= this.clock.nowMs() ? null : stored;
  }

  /** Drops what is known of a credential and of those made with it. */
  forget(id: string): void {
    this.epoch += 1;
    if (id === '*') return this.remembered.clear();
    this.remembered.delete(id);
    for (const derived of [...(this.byApiKey.get(id) ?? [])]) this.remembered.delete(derived);
  }

  private remember(id: string, credential: StoredCredential): void {
    this.remembered.set(id, { credential, loadedAtMs: this.clock.nowMs() });
    const { apiKeyId } = credential.principal;
    if (apiKeyId === null) return;
    const known = this.byApiKey.get(apiKeyId);
    if (known === undefined) this.byApiKey.set(apiKeyId, new Set([id]));
    else known.add(id);
  }

  private unlink(id: string, { principal: { apiKeyId } }: StoredCredential): void {
    const known = apiKeyId === null ? undefined : this.byApiKey.get(apiKeyId);
    if (apiKeyId === null || known === undefined) return;
    known.delete(id);
    if (known.size === 0) this.byApiKey.delete(apiKeyId);
  }

  private load({ kind, credentialId }: Token): Promise<StoredCredential | null> {
    const key = `${kind}:${credentialId}`;
    const known = this.loading.get(key);
    if (known !== undefined) return known;
    const loading = this.read(kind, credentialId).finally(() => this.loading.delete(key));
    this.loading.set(key, loading);
    return loading;
  }

  private async read(kind: TokenKind, credentialId: string): Promise<StoredCredential | null> {
    const { epoch } = this;
    const live = this.notices.isLive();
    const credential = (await this.sources.get(kind)?.load(credentialId)) ?? null;
    if (credential !== null && live && epoch === this.epoch) {
      this.remember(credentialId, credential);
    }
    return credential;
  }

  private check(token: Token, credential: StoredCredential | null): Principal {
    const secretHash = hash('sha256', token.secret, 'buffer');
    if (
      credential === null ||
      credential.principal.kind !== token.kind ||
      !timingSafeEqual(secretHash, credential.secretHash) ||
      (credential.expiresAtMs !== null && credential.expiresAtMs <= this.clock.nowMs())
    ) {
      throw new UnauthorizedError();
    }
    this.sources.get(token.kind)?.onUsed(token.credentialId);
    return credential.principal;
  }
}
