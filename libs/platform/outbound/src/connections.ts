/** What one run has open besides streams: sockets of whatever kind, by the ids that its program knows. */
import { setMaxListeners } from 'node:events';
import { OutboundError } from './outbound-error';

export interface ConnectionLimits {
  /** Until a connection stands. */
  readonly connectMs: number;
  /** The longest that one call waits. */
  readonly waitMs: number;
  readonly mayWaitForever: boolean;
  readonly open: number;
  /** Of one read, and of one message. */
  readonly maxBytes: number;
  /** That all connections of a run may send and receive. */
  readonly runBytes: number;
}

interface Held {
  readonly value: unknown;
  readonly end: () => void;
}

export interface Place {
  /** @returns the id that the program gets */
  take(value: unknown, end: () => void): string;
  giveUp(): void;
}

export class Connections {
  private readonly ending = new AbortController();
  private readonly held = new Map<string, Held>();
  private reserved = 0;
  private next = 1;
  private bytes = 0;

  constructor(private readonly limits: Pick<ConnectionLimits, 'open' | 'runBytes'>) {
    setMaxListeners(0, this.over); // one per call
  }

  /** Aborts when the run is over. */
  get over(): AbortSignal {
    return this.ending.signal;
  }

  reserve(): Place {
    if (this.over.aborted) throw new OutboundError('cancelled', 'cancelled');
    if (this.held.size + this.reserved >= this.limits.open)
      throw new OutboundError('quota', `more than ${this.limits.open} connections are open`);
    this.reserved += 1;
    return {
      take: (value, end) => {
        this.reserved -= 1;
        const id = String(this.next++);
        this.held.set(id, { value, end });
        if (this.over.aborted) this.end(id);
        return id;
      },
      giveUp: () => {
        this.reserved -= 1;
      },
    };
  }

  get<T>(id: unknown, is: (value: unknown) => value is T): T | null {
    const value = typeof id === 'string' ? this.held.get(id)?.value : undefined;
    return is(value) ? value : null;
  }

  /** Whether there was something to end. */
  end(id: unknown): boolean {
    const held = typeof id === 'string' ? this.held.get(id) : undefined;
    if (held === undefined || typeof id !== 'string') return false;
    this.held.delete(id);
    held.end();
    return true;
  }

  spend(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > this.limits.runBytes)
      throw new OutboundError(
        'quota',
        `the run has sent and received more than ${this.limits.runBytes} bytes`,
      );
  }

  close(): void {
    this.ending.abort();
    for (const id of [...this.held.keys()]) this.end(id);
  }
}
