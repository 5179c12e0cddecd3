/**
 * Tables: dispatch, worker_lease (read, all tenants). What a worker tells besides its own counters: it is asked when
 * somebody reads the metrics and costs nothing else. What concerns the whole installation every worker tells alike.
 */
import { eventTickets } from '@app/dispatch';
import { WorkerLease } from '@app/dispatch/worker';
import { Db } from '@app/platform/database';
import { processGauges } from '@app/platform/health';
import { gauge } from '@app/platform/metrics';
import { InjectWorkQueue, type WorkQueue } from '@app/platform/queue';
import { SANDBOX, TASK_SANDBOX, type Sandbox } from '@app/platform/sandbox';
import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';

const STATES: Readonly<Record<number, string>> = {
  1: 'queued',
  2: 'running',
  3: 'waiting',
  4: 'dead_letter',
};

@Injectable()
export class WorkerMeters {
  constructor(
    private readonly db: Db,
    private readonly lease: WorkerLease,
    private readonly modules: ModuleRef,
    @InjectWorkQueue(eventTickets) private readonly tickets: WorkQueue<unknown>,
    @Inject(SANDBOX) private readonly runs: Sandbox,
    @Inject(TASK_SANDBOX) private readonly tasks: Sandbox,
  ) {}

  install(): void {
    processGauges(this.modules);
    gauge('hot_worker_lease_held', 'Whether this worker has its lease', () =>
      this.lease.incarnation() === null ? 0 : 1,
    );
    gauge('hot_workers', 'Workers with a lease, in the whole installation', () => this.workers());
    gauge(
      'hot_dispatch_rows',
      'Outstanding work of the whole installation',
      () => this.outstanding(),
      'state',
    );
    gauge('hot_dispatch_oldest_due_seconds', 'How late the oldest work is that could begin', () =>
      this.lateness(),
    );
    gauge(
      'hot_queue_tickets',
      'Tickets of events in Redis',
      async () => ({ ...(await this.tickets.counts()) }),
      'state',
    );
    gauge(
      'hot_sandbox_children',
      'Processes of the sandbox',
      () => this.both(({ children }) => children),
      'pool',
    );
    gauge(
      'hot_sandbox_isolates',
      'Isolates of the sandbox',
      () => this.both(({ isolates }) => isolates),
      'pool',
    );
    gauge('hot_sandbox_runs', 'Runs in the sandbox', () => this.both(({ running }) => running), 'pool');
    gauge(
      'hot_sandbox_waiting',
      'Runs that wait for room',
      () => this.both(({ waiting }) => waiting),
      'pool',
    );
  }

  private both(pick: (stats: ReturnType<Sandbox['stats']>) => number): Readonly<Record<string, number>> {
    return { runs: pick(this.runs.stats()), tasks: pick(this.tasks.stats()) };
  }

  private async workers(): Promise<number> {
    const row = await this.db.queryOne<{ n: number }>(
      'SELECT count(*) AS n FROM hot.worker_lease WHERE expires_at > now()',
    );
    return row?.n ?? 0;
  }

  private async outstanding(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.db.query<{ state: number; n: number }>(
      'SELECT state, count(*) AS n FROM hot.dispatch GROUP BY state',
    );
    const counts: Record<string, number> = { queued: 0, running: 0, waiting: 0, dead_letter: 0 };
    for (const { state, n } of rows) counts[STATES[state] ?? 'other'] = n;
    return counts;
  }

  private async lateness(): Promise<number> {
    const row = await this.db.queryOne<{ seconds: number | null }>(
      `SELECT extract(epoch FROM now() - min(due_at))::float8 AS seconds FROM hot.dispatch
        WHERE state IN (1, 3) AND due_at <= now()`,
    );
    return row?.seconds ?? 0;
  }
}
