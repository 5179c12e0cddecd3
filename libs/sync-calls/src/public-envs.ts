/** Tables: env, org (read). */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, type EnvScope, type RetentionClass } from '@app/kernel';
import { CREDENTIAL_CHANGED_CHANNEL } from '@app/platform/auth';
import { Db, DbNotices, statement } from '@app/platform/database';
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

interface Row {
  readonly env_id: string;
  readonly name: string;
  readonly org_id: string;
  readonly slug: string;
  readonly retention_class: number;
}

/** Renamed ones are found late by so much; switched off ones never. */
const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 10_000;

@Injectable()
export class PublicEnvs implements OnModuleInit {
  private readonly known = new LRUCache<
    string,
    { readonly env: PublicEnv | null; readonly readAtMs: number }
  >({
    max: MAX_REMEMBERED,
  });
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
      this.known.clear();
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
    const known = this.known.get(key);
    if (known !== undefined && this.clock.nowMs() - known.readAtMs < REMEMBER_MS) return known.env;
    return this.read(key, orgSlug, envName);
  }

  private async read(key: string, orgSlug: string, envName: string): Promise<PublicEnv | null> {
    const { epoch } = this;
    const readAtMs = this.clock.nowMs();
    // PostgreSQL refuses such text, and no name has it.
    const possible = !key.includes('\0');
    const row = possible
      ? await this.db.queryOne<Row & Record<string, unknown>>(FIND, [orgSlug, envName])
      : undefined;
    const env = row === undefined ? null : envOf(row);
    if (epoch === this.epoch && this.notices.isLive()) this.known.set(key, { env, readAtMs });
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
