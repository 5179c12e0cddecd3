/** Whether a process is of use: what it needs, and what it can do without for a while. */
import { assertMigrated, Db } from '@app/platform/database';
import { RedisConnections } from '@app/platform/redis';
import { Inject, Injectable, Optional, type BeforeApplicationShutdown } from '@nestjs/common';

/** Something else that the process can't work without. */
export abstract class ReadyCheck {
  abstract readonly name: string;
  /** What is wrong, in a few words; null when nothing is. */
  abstract problem(): string | null | Promise<string | null>;
}

export interface Readiness {
  /** degraded: of use, though something that can be done without is away. */
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly checks: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 2_000;
/** It answers at once or is away, which is bearable. */
const REDIS_PATIENCE_MS = 300;
/** Migrations come with a new version, which is a new process. */
const MIGRATED_MS = 30_000;
const OK = 'ok';

@Injectable()
export class Health implements BeforeApplicationShutdown {
  private stopping = false;
  private migratedAt = -Infinity;

  constructor(
    private readonly db: Db,
    private readonly redis: RedisConnections,
    @Optional() @Inject(ReadyCheck) private readonly extra: ReadyCheck | undefined,
  ) {}

  /** From here on nobody should be sent to this process any more. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  async ready(): Promise<Readiness> {
    const [database, redis, own] = await Promise.all([
      this.database(),
      this.redis.whenUp(REDIS_PATIENCE_MS).then((up) => (up ? OK : 'away')),
      this.extra === undefined ? OK : checked(async () => this.extra?.problem() ?? null),
    ]);
    const checks = { ...database, redis, ...(this.extra === undefined ? {} : { [this.extra.name]: own }) };
    const needed = [...Object.values(database), own];
    if (this.stopping) return { status: 'unavailable', checks: { ...checks, process: 'stopping' } };
    if (needed.some((each) => each !== OK)) return { status: 'unavailable', checks };
    // Work goes on from the database without it, only slower.
    return { status: redis === OK ? 'ok' : 'degraded', checks };
  }

  private async database(): Promise<{ readonly database: string; readonly migrations: string }> {
    const database = await checked(async () => {
      await this.db.query('SELECT 1');
      return null;
    });
    if (database !== OK) return { database, migrations: 'unknown' };
    if (performance.now() - this.migratedAt < MIGRATED_MS) return { database, migrations: OK };
    const migrations = await checked(async () => {
      await assertMigrated((sql) => this.db.query(sql));
      return null;
    });
    if (migrations === OK) this.migratedAt = performance.now();
    return { database, migrations: migrations === OK ? OK : 'missing or too new' };
  }
}

/** Who asks may be anybody: it is told that something fails, not why. */
async function checked(check: () => Promise<string | null>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer in time'), PATIENCE_MS);
  });
  try {
    return (await Promise.race([check(), late])) ?? OK;
  } catch {
    return 'away';
  } finally {
    clearTimeout(timer);
  }
}
