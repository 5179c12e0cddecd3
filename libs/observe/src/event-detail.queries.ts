/** Tables: event, event_unhandled, dispatch, run. Read-only. One event with its payload. */
import { LargeValues } from '@app/blobs';
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { withHandlers, type EventRecord } from './event-record';

export interface EventDetailRecord extends EventRecord {
  readonly retention_class: number;
  readonly created_by_user_id: string | null;
  readonly access_id: string | null;
}

@Injectable()
export class EventDetailQueries {
  constructor(
    private readonly db: Db,
    private readonly values: LargeValues,
  ) {}

  find(scope: EnvScope, eventId: string): Promise<EventDetailRecord | undefined> {
    return this.db.queryOne<EventDetailRecord>(
      `SELECT w.*, o.retention_class, o.created_by_user_id, o.access_id
         FROM (${withHandlers('SELECT * FROM hot.event WHERE event_id = $2 AND env_id = $1', 'e.event_id')}) w
         JOIN hot.event o ON o.event_id = $2 AND o.env_id = $1`,
      [scope.envId, eventId],
    );
  }

  /** With its large values. */
  async payload(scope: EnvScope, eventId: string): Promise<{ readonly event_data: string } | undefined> {
    const row = await this.db.queryOne<{ event_data: string }>(
      `SELECT event_data FROM hot.event WHERE event_id = $2 AND env_id = $1`,
      [scope.envId, eventId],
    );
    if (row === undefined) return undefined;
    return { event_data: await this.values.shownOne(scope, { ownerId: eventId, text: row.event_data }) };
  }
}
