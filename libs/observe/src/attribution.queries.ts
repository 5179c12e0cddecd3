/**
 * Tables: access, api_key, service_key, session, user. Read-only.
 *
 * Who or what caused something: the request that was recorded, the run that sent it on, or the person who clicked.
 */
import { Injectable } from '@nestjs/common';
import type { Attribution } from '@app/contracts';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { EVENT_SOURCE_IDS } from './event-record';

export interface Cause {
  readonly source: number | null;
  readonly originRunId: string | null;
  readonly accessId: string | null;
  readonly userId: string | null;
  readonly retentionClass: number;
  readonly at: Date | null;
}

interface AccessRow {
  readonly api_key_id: string | null;
  readonly service_key_id: string | null;
  readonly session_id: string | null;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
  readonly method: string | null;
  readonly path: string | null;
  readonly created_at: Date;
  /** Of the credential; null when it has none or is gone. */
  readonly credential_name: string | null;
  /** Null when the credential is gone. */
  readonly works: boolean | null;
}

@Injectable()
export class AttributionQueries {
  constructor(private readonly db: Db) {}

  async of(scope: EnvScope, cause: Cause): Promise<Attribution> {
    // A sent event inherits the request that began it all; what sent it is the nearer answer.
    if (cause.originRunId !== null) {
      return { ...NOTHING_KNOWN, kind: 'run', id: cause.originRunId, at: iso(cause.at) };
    }
    const access = cause.accessId === null ? undefined : await this.access(scope, cause);
    if (access !== undefined) return fromAccess(access);
    if (cause.source === EVENT_SOURCE_IDS.schedule) {
      return { ...NOTHING_KNOWN, kind: 'schedule', at: iso(cause.at) };
    }
    if (cause.userId !== null && cause.source !== EVENT_SOURCE_IDS.system) {
      return {
        ...NOTHING_KNOWN,
        kind: 'user',
        id: cause.userId,
        name: await this.nameOf(cause.userId),
        at: iso(cause.at),
      };
    }
    return { ...NOTHING_KNOWN, kind: 'system', at: iso(cause.at) };
  }

  private access(scope: EnvScope, cause: Cause): Promise<AccessRow | undefined> {
    return this.db.queryOne<AccessRow>(
      `SELECT a.api_key_id, a.service_key_id, a.session_id, a.ip_address, a.user_agent, a.method, a.path, a.created_at,
              coalesce(nullif(s.name, ''), CASE WHEN a.api_key_id IS NOT NULL THEN nullif(k.description, '') END)
                AS credential_name,
              k.active AND s.revoked_at IS NULL AND t.revoked_at IS NULL
                AND coalesce(s.expires_at, t.expires_at, 'infinity') > now() AS works
         FROM hot.access a
         LEFT JOIN hot.service_key s ON s.service_key_id = a.service_key_id
         LEFT JOIN hot.session t ON t.session_id = a.session_id
         LEFT JOIN hot.api_key k ON k.api_key_id = coalesce(a.api_key_id, s.api_key_id, t.api_key_id)
        WHERE a.access_id = $1 AND a.retention_class = $2 AND a.env_id = $3`,
      [cause.accessId, cause.retentionClass, scope.envId],
    );
  }

  private async nameOf(userId: string): Promise<string | null> {
    const row = await this.db.queryOne<{ name: string }>(`SELECT name FROM hot."user" WHERE user_id = $1`, [
      userId,
    ]);
    return row?.name ?? null;
  }
}

const NOTHING_KNOWN = {
  id: null,
  name: null,
  revoked: false,
  ip: null,
  user_agent: null,
  method: null,
  path: null,
} as const;

function fromAccess(row: AccessRow): Attribution {
  const credential = {
    name: row.credential_name,
    // One that is gone works as little as one that was switched off, or whose API key was.
    revoked: row.works !== true,
    ip: row.ip_address,
    user_agent: row.user_agent,
    method: row.method,
    path: row.path,
    at: row.created_at.toISOString(),
  };
  if (row.session_id !== null) {
    return { kind: 'session', id: row.session_id, ...credential };
  }
  if (row.service_key_id !== null) {
    return { kind: 'service_key', id: row.service_key_id, ...credential };
  }
  return { kind: 'api_key', id: row.api_key_id, ...credential };
}

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
