/** Tables: dispatch (read, update, delete). Rows that used up their deliveries, kept until somebody decides. */
import { NotFoundError, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import { TicketSender } from './ticket-sender';

export interface DeadLetter {
  readonly dispatchId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly streamId: string;
  readonly projectId: string | null;
  readonly functionName: string | null;
  readonly deliveries: number;
  /** The last run of it. */
  readonly runId: string | null;
  /** JSON text of that run's result. */
  readonly result: string | null;
  readonly diedAt: Date | null;
}

const LIST = `
SELECT dispatch_id AS "dispatchId", event_id AS "eventId", event_type AS "eventType", stream_id AS "streamId",
       project_id AS "projectId", function_name AS "functionName", delivery::int AS deliveries,
       retry_of_run_id AS "runId", last_result AS result, stopped_at AS "diedAt"
FROM hot.dispatch WHERE env_id = $1 AND state = 4 ORDER BY dispatch_id DESC LIMIT $2`;

/** Alone again: what killed three workers is not let near others. */
const REQUEUE = `
UPDATE hot.dispatch SET state = 1, delivery = 1, quarantine = true, tickets = 0, due_at = now() + interval '2 seconds',
  last_result = NULL, last_meta = NULL, stopped_at = NULL, started_at = NULL, restarts = NULL
WHERE env_id = $1 AND dispatch_id = $2 AND state = 4 RETURNING dispatch_id`;

const DISCARD = `DELETE FROM hot.dispatch WHERE env_id = $1 AND dispatch_id = $2 AND state = 4 RETURNING dispatch_id`;

@Injectable()
export class DeadLetters {
  constructor(
    private readonly db: Db,
    private readonly tickets: TicketSender,
  ) {}

  /** Newest first. */
  list(scope: EnvScope, limit: number): Promise<readonly DeadLetter[]> {
    return this.db.query<DeadLetter>(LIST, [scope.envId, limit]);
  }

  /** Runs it again, with three new deliveries. Throws NotFoundError when it is no dead letter of the env. */
  async requeue(scope: EnvScope, dispatchId: string): Promise<void> {
    const row = await this.db.queryOne(REQUEUE, [scope.envId, dispatchId]);
    if (row === undefined) throw new NotFoundError('Run');
    this.tickets.send([{ dispatchId, hint: null, isRetry: false }]);
  }

  /** Gives it up: its runs stay in history, nothing more is done. Throws NotFoundError as above. */
  async discard(scope: EnvScope, dispatchId: string): Promise<void> {
    const row = await this.db.queryOne(DISCARD, [scope.envId, dispatchId]);
    if (row === undefined) throw new NotFoundError('Run');
  }
}
