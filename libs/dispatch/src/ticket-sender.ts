import { InjectWorkQueue, type WorkQueue } from '@app/platform/queue';
import { Injectable } from '@nestjs/common';
import {
  encodeTicket,
  eventTickets,
  MAX_TICKET_ROWS,
  taskTickets,
  type Ticket,
  type TicketRow,
} from './ticket';

/** Rows given to the queue in one go at most. */
const MAX_ROWS_PER_ADD = MAX_TICKET_ROWS * 16;
/** While Redis is slow or away rows pile up here; beyond this they are left to the sweeper. */
const MAX_PENDING = 50_000;
const COUNT_WITHIN_MS = 250;

/**
 * Hands out tickets for rows that were committed. A ticket takes along whatever was committed while the previous one
 * was on its way. Losing one is harmless: the sweeper finds its rows.
 */
@Injectable()
export class TicketSender {
  private pending: TicketRow[] = [];
  private sending: Promise<void> | undefined;

  constructor(@InjectWorkQueue(eventTickets) private readonly queue: WorkQueue<Ticket>) {}

  send(rows: readonly TicketRow[]): void {
    if (this.pending.length > MAX_PENDING) return;
    for (const row of rows) this.pending.push(row);
    this.sending ??= Promise.resolve().then(() => this.pump());
  }

  /** Tickets that no worker has taken yet; none while Redis is away or stands still, for then nobody will take any. */
  async waiting(): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<number>((resolve) => {
      timer = setTimeout(() => resolve(0), COUNT_WITHIN_MS);
    });
    const counted = this.queue.counts().then(
      ({ waiting }) => waiting,
      () => 0,
    );
    return Promise.race([counted, late]).finally(() => clearTimeout(timer));
  }

  /** Resolves when nothing is left to send. */
  async flushed(): Promise<void> {
    while (this.sending !== undefined) await this.sending;
  }

  private async pump(): Promise<void> {
    while (this.pending.length > 0) {
      const rows =
        this.pending.length > MAX_ROWS_PER_ADD ? this.pending.splice(0, MAX_ROWS_PER_ADD) : this.takeAll();
      const tickets: Ticket[] = [];
      for (let at = 0; at < rows.length; at += MAX_TICKET_ROWS) {
        tickets.push(encodeTicket(rows.slice(at, at + MAX_TICKET_ROWS)));
      }
      try {
        await this.queue.addMany(tickets);
      } catch {
        // Redis is away. The rows wait in the database, due for the sweeper.
      }
    }
    this.sending = undefined;
  }

  private takeAll(): TicketRow[] {
    const all = this.pending;
    this.pending = [];
    return all;
  }
}

/** The same for rows that are tasks. */
@Injectable()
export class TaskTicketSender extends TicketSender {
  constructor(@InjectWorkQueue(taskTickets) queue: WorkQueue<Ticket>) {
    super(queue);
  }
}
