/** Tables: schedule, schedule_log; env, org (read). */
import { EventAcceptor } from '@app/dispatch';
import { newId, NotFoundError, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { scheduleEvent, type FiringSchedule } from '@app/schedules';
import { Injectable } from '@nestjs/common';

const FIND = `
  SELECT s.schedule_id, s.env_id, s.project_id, s.ns, s.var, s.args, s.sealed, e.org_id, o.retention_class
    FROM hot.schedule s JOIN hot.env e ON e.env_id = s.env_id JOIN hot.org o ON o.org_id = e.org_id
    JOIN hot.project p ON p.project_id = s.project_id
   WHERE s.env_id = $1 AND s.schedule_id = $2 AND s.active AND NOT s.paused AND p.deleted_at IS NULL`;

const LOG = `
  INSERT INTO hot.schedule_log (schedule_id, scheduled_time, event_id, executed_at)
  VALUES ($1, to_timestamp($2::float8 / 1000), $3, to_timestamp($2::float8 / 1000)) ON CONFLICT DO NOTHING`;

/** Lets a schedule happen once more, now. Its next time stays what it is. */
@Injectable()
export class RunNow {
  constructor(
    private readonly db: Db,
    private readonly acceptor: EventAcceptor,
  ) {}

  /** The event's id. Throws NotFoundError when it has ended or is paused. */
  async run(scope: EnvScope & { readonly userId: string }, scheduleId: string): Promise<string> {
    return this.db.tx(async () => {
      const row = await this.db.queryOne<FiringSchedule & Record<string, unknown>>(FIND, [
        scope.envId,
        scheduleId,
      ]);
      if (row === undefined) throw new NotFoundError('Schedule');
      const eventId = newId();
      const atMs = Date.now();
      await this.db.execute(LOG, [scheduleId, atMs, eventId]);
      await this.acceptor.acceptWithin(this.db, [
        scheduleEvent(
          row,
          { atMs, isBackfill: false, isManual: true },
          { eventId, userId: scope.userId, source: 'app' },
        ),
      ]);
      return eventId;
    });
  }
}
