/**
 * Tables: org (read), idempotency_key and session (delete). Partitions are made by a function of the database.
 *
 * Work that any one worker has to do now and then. Everything here may be done twice or late without harm; an advisory
 * lock only spares the others the effort.
 */
import { BlobSweep } from '@app/blobs';
import { FileSweep } from '@app/files';
import { Db } from '@app/platform/database';
import { Retention } from '@app/retention';
import { BucketFolder } from '@app/stats';
import { Injectable, Logger } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';

const MINUTE_MS = 60_000;
const FILES_MS = 10 * MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;
const LOCK = 7_226_010_453;

const MAKE_PARTITIONS = `
SELECT hot.ensure_partitions(c.class::smallint, now() - interval '1 day', now() + interval '8 days')
FROM (SELECT DISTINCT retention_class AS class FROM hot.org UNION SELECT -1) c`;

const FORGET_KEYS = `DELETE FROM hot.idempotency_key WHERE expires_at < now()`;

/** A day of grace: whoever ends its sessions at its own pace finds them, though they have expired meanwhile. */
const FORGET_SESSIONS = `DELETE FROM hot.session WHERE expires_at < now() - interval '1 day'`;

@Injectable()
export class Housekeeping {
  private readonly log = new Logger(Housekeeping.name);

  constructor(
    private readonly db: Db,
    private readonly folder: BucketFolder,
    private readonly files: FileSweep,
    private readonly blobs: BlobSweep,
    private readonly retention: Retention,
    private readonly schedule: SchedulerRegistry,
  ) {}

  start(): void {
    // Not all at once after a start, and not in step with other workers.
    const jitter = 0.9 + 0.2 * Math.random();
    this.every(MINUTE_MS * jitter, 'fold', () => this.folder.foldSlots());
    // Each expired day in a transaction of its own, which must not hold the lock of the others either.
    const hourly = async (): Promise<void> => {
      await this.alone('hourly', () => this.hourly());
      await this.retention.dropExpired().catch((error: unknown) => this.failed('retention', error));
    };
    this.schedule.addInterval('hourly', setInterval(() => void hourly(), HOUR_MS * jitter).unref());
    void hourly();
    // They take their rows one by one and may take long: not under the lock of the others.
    this.sweeps('files', FILES_MS * jitter, () => this.files.sweep());
    this.sweeps('blobs', HOUR_MS * jitter, () => this.blobs.sweep());
  }

  stop(): void {
    for (const name of this.schedule.getIntervals()) this.schedule.deleteInterval(name);
  }

  private async hourly(): Promise<void> {
    await this.db.execute(MAKE_PARTITIONS);
    await this.db.execute(FORGET_KEYS);
    await this.db.execute(FORGET_SESSIONS);
    await this.folder.foldHours();
  }

  private sweeps(name: string, ms: number, work: () => Promise<unknown>): void {
    const sweep = (): void => void work().catch((error: unknown) => this.failed(name, error));
    this.schedule.addInterval(name, setInterval(sweep, ms).unref());
    sweep();
  }

  private every(ms: number, name: string, work: () => Promise<void>): void {
    this.schedule.addInterval(name, setInterval(() => void this.alone(name, work), ms).unref());
  }

  private async alone(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await this.db.tx(async () => {
        const row = await this.db.queryOne<{ mine: boolean }>(
          'SELECT pg_try_advisory_xact_lock($1) AS mine',
          [LOCK],
        );
        if (row?.mine) await work();
      });
    } catch (error) {
      this.failed(name, error);
    }
  }

  private failed(name: string, error: unknown): void {
    const text = error instanceof Error ? error.message : error;
    this.log.warn({ event: 'housekeeping.failed', name, error: text });
  }
}
