/** Tables: env, org (read). */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, type EnvScope, type RetentionClass } from '@app/kernel';
import { CREDENTIAL_CHANGED_CHANNEL } from '@app/platform/auth';
import { Db, DbNotices, statement, type Statement } from '@app/platform/database';
import { LRUCache } from 'lru-cache';

/** An environment that public addresses name. */
export interface PublicEnv extends EnvScope {
  readonly orgSlug: string;
  readonly envName: string;
  readonly retentionClass: RetentionClass;
}

const FIND = statement(
  'public_env',
  `SELECT e.env_id, e.name, o.org_id, o.slug, o.retention_class
     FROM hot.env e JOIN hot.org o ON o.org_id = e.org_id
    WHERE o.slug = $1 AND e.name = $2 AND e.active AND o.active`,
);
const FIND_BY_ID = statement(
  'public_env_by_id',
  `SELECT e.env_id, e.name, o.org_id, o.slug, o.retention_class
     FROM hot.env e JOIN hot.org o ON o.org_id = e.org_id
    WHERE e.env_id = $1 AND e.active AND o.active`,
);

interface Row {
  readonly env_id: string;
  readonly name: string;
  readonly org_id: string;
  readonly slug: string;
  readonly retention_class: number;
}

interface Remembered {
  readonly env: PublicEnv | null;
  readonly readAtMs: number;
}

/** Renamed ones are found late by so much; switched off ones never. */
const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 10_000;

@Injectable()
export class PublicEnvs implements OnModuleInit {
  private readonly remembered = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED });
  private epoch = 0;

  constructor(
    private readonly db: Db,
    private readonly notices: DbNotices,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    // What switches an environment or organization off, or changes how long it keeps history, says so here.
    const forget = (): void => {
      this.epoch += 1;
      this.remembered.clear();
    };
    this.notices.listen(CREDENTIAL_CHANGED_CHANNEL, {
      onNotice: (id) => {
        if (id === '*') forget();
      },
      onGap: forget,
    });
  }

  /** Null when there is none, or it or its organization is switched off. */
  find(orgSlug: string, envName: string): PublicEnv | null | Promise<PublicEnv | null> {
    const key = `${orgSlug}/${envName}`;
    // PostgreSQL refuses such text, and no name has it.
    if (key.includes('\0')) return null;
    return this.get(key, FIND, [orgSlug, envName]);
  }

  /** The same for the environment that a custom domain belongs to. */
  byId(envId: string): PublicEnv | null | Promise<PublicEnv | null> {
    return this.get(envId, FIND_BY_ID, [envId]);
  }

  private get(
    key: string,
    find: Statement,
    values: readonly string[],
  ): PublicEnv | null | Promise<PublicEnv | null> {
    const known = this.remembered.get(key);
    if (known !== undefined && this.clock.nowMs() - known.readAtMs < REMEMBER_MS) return known.env;
    return this.read(key, find, values);
  }

  private async read(key: string, find: Statement, values: readonly string[]): Promise<PublicEnv | null> {
    const { epoch } = this;
    const readAtMs = this.clock.nowMs();
    const row = await this.db.queryOne<Row & Record<string, unknown>>(find, values);
    const env = row === undefined ? null : envOf(row);
    if (epoch === this.epoch && this.notices.isLive()) this.remembered.set(key, { env, readAtMs });
    return env;
  }
}

function envOf(row: Row): PublicEnv {
  return {
    envId: row.env_id,
    orgId: row.org_id,
    orgSlug: row.slug,
    envName: row.name,
    retentionClass: row.retention_class,
  };
}
