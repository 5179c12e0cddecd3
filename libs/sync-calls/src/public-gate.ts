import { Inject, Injectable } from '@nestjs/common';
import { syncCallsConfig, type SyncCallsConfig } from './sync-calls.config';

/** All public addresses share one limit of requests in flight. What is over it waits; nothing is refused. */
@Injectable()
export class PublicGate {
  private readonly waiting: (() => void)[] = [];
  private inside = 0;

  constructor(
    @Inject(syncCallsConfig.token) private readonly config: Pick<SyncCallsConfig, 'concurrencyLimit'>,
  ) {}

  get inFlight(): number {
    return this.inside;
  }

  /** Works when it is this request's turn, in the order of arrival. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.inside < this.config.concurrencyLimit) this.inside += 1;
    // Whoever leaves hands the place over, so that nobody can slip in between.
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.inside -= 1;
      else next();
    }
  }
}
