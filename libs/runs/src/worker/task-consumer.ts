/** Takes tickets of tasks, claims their rows as there is room, and hands them to the executor. */
import { decodeTicket, taskTickets, TaskTicketSender, type Ticket, type TicketRow } from '@app/dispatch';
import { RunClaimer, Sweeper, WorkerLease } from '@app/dispatch/worker';
import { LiveBus } from '@app/platform/live';
import { InjectWorkQueue, type WorkQueue } from '@app/platform/queue';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { RunTasks, type TaskPlaces } from '../tasks.port';
import { RunExecutor } from './run-executor';

/** Tickets that wait for room at the same time; their rows are claimed only when there is. */
const TICKETS_AT_ONCE = 4;

@Injectable()
export class TaskConsumer {
  private readonly log = new Logger(TaskConsumer.name);
  /** While it takes tasks. */
  private places: TaskPlaces | null = null;

  constructor(
    @InjectWorkQueue(taskTickets) private readonly queue: WorkQueue<Ticket>,
    private readonly claimer: RunClaimer,
    private readonly executor: RunExecutor,
    private readonly tickets: TaskTicketSender,
    private readonly bus: LiveBus,
    private readonly lease: WorkerLease,
    sweeper: Sweeper,
    @Optional() @Inject(RunTasks) private readonly tasks: RunTasks | null,
  ) {
    sweeper.listen((sweep) => {
      const rows = sweep.tickets
        .filter(({ isTask }) => isTask)
        .map(({ dispatchId, isRetry }) => ({ dispatchId, isRetry, hint: null }));
      if (rows.length === 0) return;
      // Without Redis nobody would get the tickets: then whoever sweeps does the work.
      if (this.bus.isUp()) this.tickets.send(rows);
      else if (this.places !== null) void this.consume(rows);
    });
  }

  start(): void {
    if (this.tasks === null) return;
    this.places = this.tasks.places;
    this.queue.process(TICKETS_AT_ONCE, (ticket) => this.consume(decodeTicket(ticket)));
  }

  /**
   * Takes nothing more, waits for what goes on, then gives the rest back: it begins again elsewhere, from its checkpoint,
   * and that does not count. What waits without a slot is not waited for.
   */
  async stop(): Promise<void> {
    const { places } = this;
    if (places === null) return;
    this.places = null;
    const idle = places.close();
    await this.queue.stop();
    const timeout = new Promise<'late'>((resolve) => {
      setTimeout(() => resolve('late'), places.drainMs).unref();
    });
    if ((await Promise.race([idle, timeout])) === 'late') {
      this.log.warn({ event: 'worker.tasks_given_back', tasks: this.executor.running('tasks') });
    }
    await this.executor.giveBackAll('tasks');
    await this.tickets.flushed();
  }

  /** Claims the rows as there is room for them. */
  async consume(rows: readonly TicketRow[]): Promise<void> {
    const refused = (await Promise.all(rows.map((row) => this.take(row)))).filter((row) => row !== null);
    // Rather than leave them to the sweeper: another worker may have room now.
    if (refused.length > 0) this.tickets.send(refused);
  }

  /** Answers the row when this worker can't take it any more. */
  private async take(row: TicketRow): Promise<TicketRow | null> {
    const { places } = this;
    if (places === null) return row;
    const granted = places.acquire();
    if (granted !== true && !(await granted)) return row;
    try {
      const taken = await this.claimer.take(row, null);
      if (taken !== null) {
        const { claimed, incarnation } = taken;
        places.begin(claimed.run_id);
        void this.executor.execute(claimed, incarnation, null).finally(() => places.end(claimed.run_id));
        return null;
      }
    } catch (error) {
      this.log.warn({ event: 'claim.failed', error: error instanceof Error ? error.message : error });
      await this.executor.unclaimable(row.dispatchId, this.lease.incarnation(), error);
    }
    places.release();
    return null;
  }
}
