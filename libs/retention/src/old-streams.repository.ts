/** Tables: stream (delete), org, env, dispatch (read). All tenants. */
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

const BATCH = 10_000;

const ENVS = `
  SELECT e.env_id, o.retention_class FROM hot.env e JOIN hot.org o ON o.org_id = e.org_id WHERE o.retention_class > 0`;

// What a stream has of one class may be kept longer than another class says; its last activity tells.
const REMOVE = `
  DELETE FROM hot.stream WHERE stream_id IN (
    SELECT s.stream_id FROM hot.stream s
     WHERE s.env_id = $1 AND s.last_activity_at < now() - $2::int * interval '1 day'
       AND NOT EXISTS (SELECT 1 FROM hot.event v WHERE v.stream_id = s.stream_id)
       AND NOT EXISTS (SELECT 1 FROM hot.run r WHERE r.stream_id = s.stream_id)
       AND NOT EXISTS (SELECT 1 FROM hot.dispatch d WHERE d.env_id = $1 AND d.stream_id = s.stream_id)
     LIMIT ${BATCH})`;

@Injectable()
export class OldStreamsRepository {
  constructor(private readonly db: Db) {}

  /** Removes streams that have been quiet for longer than their organization keeps history, and are empty. */
  async remove(graceDays: number): Promise<number> {
    let removed = 0;
    const envs = await this.db.query<{ env_id: string; retention_class: number }>(ENVS);
    for (const { env_id: envId, retention_class: days } of envs) {
      for (;;) {
        const batch = await this.db.execute(REMOVE, [envId, days + graceDays]);
        removed += batch;
        if (batch < BATCH) break;
      }
    }
    return removed;
  }
}
