/** Tables: schedule; env (read). Arguments of schedules, after a change of the master key. */
import { Resealer } from '@app/platform/crypto';
import { Db } from '@app/platform/database';
import { EventSeals } from '@app/runs';
import { Injectable } from '@nestjs/common';

interface StaleArgs extends Record<string, unknown> {
  readonly schedule_id: string;
  readonly org_id: string;
  readonly env_id: string;
  readonly sealed: string;
}

// Those that have ended will not happen again.
const STALE = `
  SELECT s.schedule_id, e.org_id, s.env_id, s.sealed FROM hot.schedule s JOIN hot.env e ON e.env_id = s.env_id
   WHERE s.active AND s.sealed IS NOT NULL AND split_part(s.sealed, ':', 2) <> $1 AND s.schedule_id > $2
   ORDER BY s.schedule_id LIMIT $3 FOR UPDATE OF s SKIP LOCKED`;
const RESEAL = `UPDATE hot.schedule SET sealed = $2 WHERE schedule_id = $1`;

@Injectable()
export class ResealSchedules extends Resealer<StaleArgs> {
  constructor(
    private readonly rows: Db,
    private readonly seals: EventSeals,
  ) {
    super(rows, 'schedules');
  }

  protected currentVersion(): string | null {
    return this.seals.keyVersion;
  }

  protected stale(version: string, afterId: string, limit: number): Promise<readonly StaleArgs[]> {
    return this.rows.query<StaleArgs>(STALE, [version, afterId, limit]);
  }

  protected idOf(row: StaleArgs): string {
    return row.schedule_id;
  }

  protected async reseal({
    schedule_id: id,
    org_id: orgId,
    env_id: envId,
    sealed,
  }: StaleArgs): Promise<void> {
    await this.rows.execute(RESEAL, [id, this.seals.sealedAnew({ orgId, envId }, sealed)]);
  }
}
