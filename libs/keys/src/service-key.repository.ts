/** Tables: service_key, api_key (read, locked), env and org (read). Metadata leaves this file only as envelopes. */
import { Injectable } from '@nestjs/common';
import { pageOf, type Page, type Paging, type PermissionSet } from '@app/kernel';
import type { Sealed } from '@app/platform/crypto';
import { Db, statement } from '@app/platform/database';
import { derivedCredentialQuery, touchQuery, type DerivedCredentialRow } from './derived-credential';
import type { KeyScope } from './key-scope';

export interface ServiceKeyRow {
  readonly service_key_id: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly permissions: PermissionSet;
  /** Envelope. */
  readonly metadata: string | null;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
}

export interface StaleMetadata {
  readonly service_key_id: string;
  readonly org_id: string;
  readonly env_id: string;
  readonly metadata: string;
}

const COLUMNS = `s.service_key_id, s.name, s.description, s.permissions, s.metadata, s.expires_at, s.revoked_at,
  s.created_at, s.last_used_at`;
const OF_KEY = 's.env_id = $1 AND s.api_key_id = $2';

const CREDENTIAL = statement('service_key_credential', derivedCredentialQuery('service_key'));
const TOUCH = touchQuery('service_key');

// The lock makes a deactivation of the API key wait, or this statement find it done.
const INSERT = `
  INSERT INTO hot.service_key AS s (env_id, api_key_id, service_key_id, secret_hash, name, description, permissions,
                                    metadata, metadata_key_version, expires_at)
  SELECT k.env_id, k.api_key_id, $3, $4, $5, $6, $7, $8, $9, now() + $10::float8 * interval '1 second'
    FROM hot.api_key k WHERE k.env_id = $1 AND k.api_key_id = $2 AND k.active FOR SHARE
  RETURNING ${COLUMNS}`;

const PAGE = `
  SELECT ${COLUMNS} FROM hot.service_key s WHERE ${OF_KEY}
   ORDER BY s.created_at DESC, s.service_key_id DESC LIMIT $3 OFFSET $4`;
const TOTAL = `SELECT count(*) AS total FROM hot.service_key s WHERE ${OF_KEY}`;
const FIND = `SELECT ${COLUMNS} FROM hot.service_key s WHERE ${OF_KEY} AND s.service_key_id = $3`;

const REPLACE_METADATA = `
  UPDATE hot.service_key s SET metadata = $4, metadata_key_version = $5
   WHERE ${OF_KEY} AND s.service_key_id = $3 AND s.revoked_at IS NULL
  RETURNING ${COLUMNS}`;

const REVOKE = `
  UPDATE hot.service_key s SET revoked_at = coalesce(s.revoked_at, now()) WHERE ${OF_KEY} AND s.service_key_id = $3`;
const REVOKE_ALL = `
  UPDATE hot.service_key s SET revoked_at = now()
   WHERE ${OF_KEY} AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > now())
  RETURNING s.service_key_id`;

const STALE = `
  SELECT s.service_key_id, e.org_id, e.env_id, s.metadata
    FROM hot.service_key s JOIN hot.env e ON e.env_id = s.env_id
   WHERE s.metadata_key_version <> $1 AND s.service_key_id > $2
   ORDER BY s.service_key_id LIMIT $3 FOR UPDATE OF s SKIP LOCKED`;
const RESEAL = `
  UPDATE hot.service_key SET metadata = $2, metadata_key_version = $3 WHERE service_key_id = $1`;

@Injectable()
export class ServiceKeyRepository {
  constructor(private readonly db: Db) {}

  findCredential(serviceKeyId: string): Promise<DerivedCredentialRow | undefined> {
    return this.db.queryOne<DerivedCredentialRow & Record<string, unknown>>(CREDENTIAL, [serviceKeyId]);
  }

  async touchAcrossTenants(serviceKeyIds: readonly string[]): Promise<void> {
    await this.db.execute(TOUCH, [serviceKeyIds]);
  }

  /** Undefined when the API key is not active any more. */
  insert(
    { envId, apiKeyId }: KeyScope,
    key: {
      readonly serviceKeyId: string;
      readonly secretHash: Buffer;
      readonly name: string | null;
      readonly description: string | null;
      readonly permissions: PermissionSet;
      readonly metadata: Sealed | null;
      readonly seconds: number | null;
    },
  ): Promise<ServiceKeyRow | undefined> {
    return this.one(INSERT, [
      envId,
      apiKeyId,
      key.serviceKeyId,
      key.secretHash,
      key.name,
      key.description,
      JSON.stringify(key.permissions),
      key.metadata?.envelope ?? null,
      key.metadata?.keyVersion ?? null,
      key.seconds,
    ]);
  }

  /** Whatever their state. */
  async list({ envId, apiKeyId }: KeyScope, paging: Paging): Promise<Page<ServiceKeyRow>> {
    const [rows, count] = await Promise.all([
      this.db.query<ServiceKeyRow & Record<string, unknown>>(PAGE, [
        envId,
        apiKeyId,
        paging.limit,
        paging.offset,
      ]),
      this.db.queryOne<{ total: number }>(TOTAL, [envId, apiKeyId]),
    ]);
    return pageOf(rows, count?.total ?? 0, paging);
  }

  find({ envId, apiKeyId }: KeyScope, serviceKeyId: string): Promise<ServiceKeyRow | undefined> {
    return this.one(FIND, [envId, apiKeyId, serviceKeyId]);
  }

  /** Undefined when there is no such key or it is revoked. */
  replaceMetadata(
    { envId, apiKeyId }: KeyScope,
    serviceKeyId: string,
    metadata: Sealed | null,
  ): Promise<ServiceKeyRow | undefined> {
    const sealed = [metadata?.envelope ?? null, metadata?.keyVersion ?? null];
    return this.one(REPLACE_METADATA, [envId, apiKeyId, serviceKeyId, ...sealed]);
  }

  /** Answers whether there is such a key, whatever its state. */
  async revoke({ envId, apiKeyId }: KeyScope, serviceKeyId: string): Promise<boolean> {
    return (await this.db.execute(REVOKE, [envId, apiKeyId, serviceKeyId])) > 0;
  }

  /** Ids of those that worked until now. */
  async revokeActive({ envId, apiKeyId }: KeyScope): Promise<readonly string[]> {
    const rows = await this.db.query<{ service_key_id: string }>(REVOKE_ALL, [envId, apiKeyId]);
    return rows.map((row) => row.service_key_id);
  }

  /** Metadata sealed with another key than this one, after `afterId`, locked until the end of the transaction. */
  staleAcrossTenants(keyVersion: string, afterId: string, limit: number): Promise<readonly StaleMetadata[]> {
    return this.db.query<StaleMetadata & Record<string, unknown>>(STALE, [keyVersion, afterId, limit]);
  }

  /** The same metadata in another envelope. */
  async reseal(serviceKeyId: string, sealed: Sealed): Promise<void> {
    await this.db.execute(RESEAL, [serviceKeyId, sealed.envelope, sealed.keyVersion]);
  }

  private one(sql: string, values: readonly unknown[]): Promise<ServiceKeyRow | undefined> {
    return this.db.queryOne<ServiceKeyRow & Record<string, unknown>>(sql, values);
  }
}
