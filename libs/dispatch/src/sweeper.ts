/**
 * Comes back to what nobody else will: rows whose ticket was lost, retries that are due, rows of dead incarnations.
 * Every worker may sweep, one at a time does. Adapts: a second's pause while there is live work, two without, none after
 * a full sweep, longer where others do the work.
 */
import { Injectable, Logger } from '@nestjs/common';
import { CounterSlots } from './counter-slots';
import { HotSqlPools } from './hot-sql.pools';
import { TicketSender } from './ticket-sender';
import { SWEEP_LIMIT, SweepRepository, type Sweep } from './sweep.repository';

const BUSY_PAUSE_MS = 1_000;
const IDLE_PAUSE_MS = 2_000;
const OTHERS_PAUSE_MS = 5_000;
const FULL_PAUSE_MS = 20;
/**
 * So many tickets that wait mean that workers have enough to do, and that a row which waits long most likely has its
 * ticket among them. Giving out more would cost a write, a ticket and a claim in vain for every row of the backlog
 * (60,000 rows behind: 3 writes per row, a third of what the runs themselves cost). A ticket that was lost all the same
 * is made good after the patience.
 */
const BACKLOG_TICKETS = 8;
const BACKLOG_PATIENCE_MS = 10_000;

/** May answer in how many milliseconds it wants the next sweep at the latest. */
export type SweepListener = (sweep: Sweep) => void | number | Promise<void | number>;

@Injectable()
export class Sweeper {
  private readonly log = new Logger(Sweeper.name);
  private readonly repository: SweepRepository;
  private readonly listeners: SweepListener[] = [];
  private timer: NodeJS.Timeout | undefined;
  private going: Promise<void> | undefined;
  private stopped = true;

  constructor(
    pools: HotSqlPools,
    private readonly slots: CounterSlots,
    private readonly tickets: TicketSender,
  ) {
    this.repository = new SweepRepository(pools.scanning);
  }

  listen(listener: SweepListener): void {
    this.listeners.push(listener);
  }

  start(): void {
    this.stopped = false;
    this.schedule(0);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.going;
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.going = this.round().finally(() => {
        this.going = undefined;
      });
    }, ms);
  }

  private async round(): Promise<void> {
    let pause: number = BUSY_PAUSE_MS;
    try {
      const sweep = await this.repository.sweep(this.slots.of('sweep'), await this.patienceMs());
      let wantedMs = Infinity;
      for (const listener of this.listeners)
        wantedMs = Math.min(wantedMs, (await listener(sweep)) ?? Infinity);
      pause = Math.min(pauseAfter(sweep), Math.max(FULL_PAUSE_MS, wantedMs));
    } catch (error) {
      this.log.warn({ event: 'sweep.failed', error: error instanceof Error ? error.message : error });
    }
    this.schedule(pause);
  }

  private async patienceMs(): Promise<number> {
    return (await this.tickets.waiting()) >= BACKLOG_TICKETS ? BACKLOG_PATIENCE_MS : 0;
  }
}

function pauseAfter(sweep: Sweep): number {
  if (!sweep.mine) return OTHERS_PAUSE_MS * (0.8 + 0.4 * Math.random());
  if (sweep.tickets.length >= SWEEP_LIMIT) return FULL_PAUSE_MS;
  if (sweep.nextDueInMs === null && sweep.tickets.length === 0) return IDLE_PAUSE_MS;
  return Math.min(BUSY_PAUSE_MS, Math.max(FULL_PAUSE_MS, sweep.nextDueInMs ?? BUSY_PAUSE_MS));
}
