/** Takes tickets, claims their rows as there is room, and hands them to the executor. A ticket is done when its rows are claimed. */
import {
  decodeTicket,
  eventTickets,
  RUN_TYPES,
  TicketSender,
  workerChannel,
  type ClaimRoute,
  type Sweep,
  type Ticket,
  type TicketRow,
  type WorkerNotice,
} from '@app/dispatch';
import { RunClaimer, RunSlots, Sweeper, WorkerLease } from '@app/dispatch/worker';
import { LiveBus } from '@app/platform/live';
import { InjectWorkQueue, type WorkQueue } from '@app/platform/queue';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Serving, type RunTarget } from '../serving.port';
import { RunAnnouncer } from './run-announcer';
import { RunExecutor } from './run-executor';
import { runsWorkerConfig, type RunsWorkerConfig } from './runs-worker.config';

/** Tickets that wait for room at the same time; their rows are claimed only when there is. */
const TICKETS_AT_ONCE = 8;

@Injectable()
export class EventConsumer {
  private readonly log = new Logger(EventConsumer.name);
  private readonly slots: RunSlots;
  private unsubscribe: (() => void) | undefined;
  private stopping = false;

  constructor(
    @InjectWorkQueue(eventTickets) private readonly queue: WorkQueue<Ticket>,
    private readonly claimer: RunClaimer,
    private readonly executor: RunExecutor,
    private readonly lease: WorkerLease,
    private readonly sweeper: Sweeper,
    private readonly serving: Serving,
    private readonly announcer: RunAnnouncer,
    private readonly tickets: TicketSender,
    private readonly bus: LiveBus,
    @Inject(runsWorkerConfig.token) private readonly config: RunsWorkerConfig,
  ) {
    this.slots = new RunSlots(config.maxRuns);
    this.lease.listen({
      onTaken: (incarnation) => void this.listenForHints(incarnation),
      onLost: (incarnation) => this.executor.drop(incarnation),
      onCancelled: (runIds) => this.executor.cancel(runIds),
    });
    this.sweeper.listen((sweep) => this.onSweep(sweep));
  }

  start(): void {
    this.stopping = false;
    this.queue.process(TICKETS_AT_ONCE, (ticket) => this.consume(decodeTicket(ticket)));
  }

  /** Takes nothing more, waits for what goes on, then gives the rest back to others. */
  async stop(): Promise<void> {
    this.stopping = true;
    const idle = this.slots.close();
    await this.queue.stop();
    const timeout = new Promise<'late'>((resolve) => {
      setTimeout(() => resolve('late'), this.config.shutdownTimeoutMs).unref();
    });
    if ((await Promise.race([idle, timeout])) === 'late') {
      this.log.warn({ event: 'worker.runs_given_back', runs: this.executor.running('runs') });
    }
    await this.executor.giveBackAll('runs');
    this.unsubscribe?.();
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
    const granted = this.slots.acquire();
    if (granted !== true && !(await granted)) return row;
    try {
      const target = this.targetOf(row);
      const taken = await this.claimer.take(row, target && routeOf(row, target));
      if (taken !== null) {
        void this.executor
          .execute(taken.claimed, taken.incarnation, target)
          .finally(() => this.slots.release());
        return null;
      }
    } catch (error) {
      this.log.warn({ event: 'claim.failed', error: error instanceof Error ? error.message : error });
      await this.executor.unclaimable(row.dispatchId, this.lease.incarnation(), error);
    }
    this.slots.release();
    return null;
  }

  /** The handler that the row's event starts, when the ticket says enough and there is exactly one. */
  private targetOf(row: TicketRow): RunTarget | null {
    if (row.hint === null) return null;
    const { envId, eventType, call } = row.hint;
    if (call !== undefined) {
      const found = this.serving.findFunction(envId, call.fn, { buildId: call.buildId, projectId: null });
      return found instanceof Promise ? later(found) : (found?.target ?? null);
    }
    if (eventType.startsWith('hot:')) return null;
    const targets = this.serving.handlersOf(envId, eventType);
    if (targets instanceof Promise) return later(targets);
    return targets.length === 1 ? (targets[0] ?? null) : null;
  }

  private onSweep(sweep: Sweep): void {
    for (const run of sweep.ended) {
      this.announcer.ended({
        ...run,
        durationUs: 0,
        reason: run.status === 3 ? 'Worker crashed during event processing' : 'Cancelled',
        streamDataCount: 0,
        outcome: null,
      });
    }
    const rows = sweep.tickets
      .filter(({ isTask }) => !isTask)
      .map(({ dispatchId, isRetry }) => ({ dispatchId, isRetry, hint: null }));
    if (rows.length === 0) return;
    // Without Redis nobody would get the tickets: then whoever sweeps does the work.
    if (this.bus.isUp()) this.tickets.send(rows);
    else if (!this.stopping) void this.consume(rows);
  }

  private async listenForHints(incarnation: string): Promise<void> {
    this.unsubscribe?.();
    this.unsubscribe = await this.bus.subscribe(workerChannel(incarnation), (message) => {
      const notice = JSON.parse(message) as WorkerNotice; // written by our own processes
      this.executor.cancel([notice.runId]);
    });
  }
}

/** It is being read, for those that come after. That it can't be read the claim finds out by itself. */
function later(reading: Promise<unknown>): null {
  reading.catch(() => undefined);
  return null;
}

function routeOf(row: TicketRow, target: RunTarget): ClaimRoute | null {
  if (row.hint === null) return null;
  return {
    runType: row.hint.call === undefined ? RUN_TYPES.event : RUN_TYPES.call,
    envId: row.hint.envId,
    eventType: row.hint.eventType,
    projectId: target.projectId,
    buildId: target.buildId,
    handlerKey: target.handlerKey,
    functionName: target.functionName,
  };
}
