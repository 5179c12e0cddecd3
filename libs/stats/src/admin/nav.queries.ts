/** Tables: dispatch, run, event_unhandled. Read-only. Asked for often: three short index scans. */
import { Injectable } from '@nestjs/common';
import type { NavBadges } from '@app/contracts';
import { idFloor, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';

const DAY_MS = 86_400_000;
const MOST = 10_000;

@Injectable()
export class NavQueries {
  constructor(private readonly db: Db) {}

  async badges(scope: EnvScope, nowMs: number): Promise<NavBadges> {
    const row = await this.db.queryOne<NavBadges>(
      `SELECT (SELECT count(*)::int FROM hot.dispatch WHERE env_id = $1 AND kind = 2 AND state = 2) AS runs_running,
              (SELECT count(*)::int FROM (
                 SELECT 1 FROM hot.event_unhandled WHERE env_id = $1 AND event_id >= $2
                  ORDER BY event_id DESC LIMIT ${MOST}) u)
                AS events_unhandled_24h,
              (SELECT count(*)::int FROM (
                 SELECT 1 FROM hot.run WHERE env_id = $1 AND status = 3 AND run_id >= $2
                  ORDER BY run_id DESC LIMIT ${MOST}) r)
                AS runs_failed_24h`,
      [scope.envId, idFloor(nowMs - DAY_MS)],
    );
    return row ?? { runs_running: 0, events_unhandled_24h: 0, runs_failed_24h: 0 };
  }
}
