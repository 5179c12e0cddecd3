import { Injectable, Optional } from '@nestjs/common';
import {
  AppError,
  mapPage,
  newId,
  NotFoundError,
  UnauthorizedError,
  type Page,
  type Paging,
  type PermissionSet,
  type Principal,
} from '@app/kernel';
import { requireSubset } from '@app/access';
import { Credentials } from '@app/platform/auth';
import {
  parseDerivedPermissions,
  parseDescription,
  parseMetadata,
  parseName,
  parseServiceKeySeconds,
} from './derived-key-rules';
import { newDerivedSecret } from './derived-secret';
import { keyScopeOf, type KeyScope } from './key-scope';
import { ServiceKeyMetadata } from './service-key-metadata';
import { ServiceKeyRepository, type ServiceKeyRow } from './service-key.repository';

export interface ServiceKeyView {
  readonly serviceKeyId: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly permissions: PermissionSet;
  /** JSON text, as it came. */
  readonly metadata: string | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export interface CreatedServiceKey {
  readonly key: ServiceKeyView;
  /** The credential in full. This is the only time that it exists outside the caller's hands. */
  readonly token: string;
}

/** All but the metadata's form is untrusted; checked here. */
export interface ServiceKeyInput {
  readonly name: unknown;
  readonly description: unknown;
  readonly permissions: unknown;
  /** JSON text. */
  readonly metadata: string | null;
  readonly expiresIn: unknown;
}

/**
 * Service keys: credentials that an API key makes for others, with data about whom they are for. Every method is for
 * the API key itself alone and needs no permission besides.
 */
@Injectable()
export class ServiceKeyService {
  constructor(
    private readonly keys: ServiceKeyRepository,
    private readonly metadata: ServiceKeyMetadata,
    // Missing in processes that let no bearer in: the others learn of a change by the database's notice.
    @Optional() private readonly credentials?: Credentials,
  ) {}

  /** Throws ForbiddenError for other credentials than API keys, BadRequestError, `permission_escalation`. */
  async create(principal: Principal, input: ServiceKeyInput): Promise<CreatedServiceKey> {
    const scope = keyScopeOf(principal);
    const name = parseName(input.name);
    const description = parseDescription(input.description);
    const metadata = parseMetadata(input.metadata);
    const permissions = parseDerivedPermissions(input.permissions);
    requireSubset(principal, permissions);
    const seconds = parseServiceKeySeconds(input.expiresIn);
    const serviceKeyId = newId();
    const { token, secretHash } = newDerivedSecret('service-key', serviceKeyId);
    const row = await this.keys.insert(scope, {
      serviceKeyId,
      secretHash,
      name,
      description,
      permissions,
      metadata: metadata === null ? null : this.metadata.seal(scope, serviceKeyId, metadata),
      seconds,
    });
    // Switched off since the request was let in.
    if (row === undefined) throw new UnauthorizedError();
    return { key: this.toView(scope, row), token };
  }

  /** All that the API key ever made, newest first: expired and revoked ones too. */
  async list(principal: Principal, paging: Paging): Promise<Page<ServiceKeyView>> {
    const scope = keyScopeOf(principal);
    return mapPage(await this.keys.list(scope, paging), (row) => this.toView(scope, row));
  }

  /** Throws NotFoundError. */
  async get(principal: Principal, serviceKeyId: string): Promise<ServiceKeyView> {
    const scope = keyScopeOf(principal);
    return this.toView(scope, await this.find(scope, serviceKeyId));
  }

  /**
   * Replaces the metadata as a whole; nothing else of a key can change.
   *
   * @param json undefined leaves it as it is, null and the text `null` take it away
   */
  async update(
    principal: Principal,
    serviceKeyId: string,
    json: string | null | undefined,
  ): Promise<ServiceKeyView> {
    const scope = keyScopeOf(principal);
    const metadata = json === undefined ? undefined : parseMetadata(json);
    const found = await this.find(scope, serviceKeyId);
    if (found.revoked_at !== null) throw revoked();
    if (metadata === undefined) return this.toView(scope, found);
    const sealed = metadata === null ? null : this.metadata.seal(scope, serviceKeyId, metadata);
    const row = await this.keys.replaceMetadata(scope, serviceKeyId, sealed);
    if (row === undefined) throw revoked(); // since it was found
    return this.toView(scope, row);
  }

  /** Also of one that has ended already. Throws NotFoundError. */
  async revoke(principal: Principal, serviceKeyId: string): Promise<void> {
    await this.revokeOf(keyScopeOf(principal), serviceKeyId);
  }

  /** The same for a person who manages the API key: whether they do is the surface's affair. */
  async revokeOf(scope: KeyScope, serviceKeyId: string): Promise<void> {
    if (!(await this.keys.revoke(scope, serviceKeyId))) throw new NotFoundError('Service key');
    this.credentials?.forget(serviceKeyId);
  }

  /** Answers how many worked until now. */
  async revokeAll(principal: Principal): Promise<number> {
    const ids = await this.keys.revokeActive(keyScopeOf(principal));
    for (const id of ids) this.credentials?.forget(id);
    return ids.length;
  }

  private async find(scope: KeyScope, serviceKeyId: string): Promise<ServiceKeyRow> {
    const row = await this.keys.find(scope, serviceKeyId);
    if (row === undefined) throw new NotFoundError('Service key');
    return row;
  }

  private toView(scope: KeyScope, row: ServiceKeyRow): ServiceKeyView {
    return {
      serviceKeyId: row.service_key_id,
      name: row.name,
      description: row.description,
      permissions: row.permissions,
      metadata: row.metadata === null ? null : this.metadata.open(scope, row.service_key_id, row.metadata),
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
    };
  }
}

function revoked(): AppError {
  return new AppError('revoked', 'The service key is revoked and can not be changed');
}
