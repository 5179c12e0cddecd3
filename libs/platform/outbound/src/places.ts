/** How many at a time, and how much of it in memory. */
import { OutboundError } from './outbound-error';

/** Work beyond a number waits its turn, in the order it came. */
export class Places {
  private free: number;
  private readonly waiting = new Set<() => void>();

  constructor(places: number) {
    this.free = places;
  }

  async within<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.take(signal);
    try {
      return await work();
    } finally {
      this.give();
    }
  }

  private take(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(new OutboundError('cancelled', 'cancelled'));
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const proceed = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        this.waiting.delete(proceed);
        reject(new OutboundError('cancelled', 'cancelled'));
      };
      this.waiting.add(proceed);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  private give(): void {
    for (const next of this.waiting) {
      this.waiting.delete(next);
      next();
      return;
    }
    this.free += 1;
  }
}

export interface HeldBytes {
  /** Throws OutboundError when there is no room. */
  add(bytes: number): void;
  release(): void;
}

/** Bodies that are being collected, of everybody in this process. */
export class SharedBytes {
  private bytes = 0;

  constructor(private readonly limit: number) {}

  hold(): HeldBytes {
    let own = 0;
    return {
      add: (bytes) => {
        own += bytes;
        this.bytes += bytes;
        if (this.bytes > this.limit)
          throw new OutboundError('quota', 'too many responses are on their way at once');
      },
      release: () => {
        this.bytes -= own;
        own = 0;
      },
    };
  }
}
