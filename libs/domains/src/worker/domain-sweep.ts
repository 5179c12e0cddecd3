/**
 * Looks after domains that are on their way: every minute all of them, and at once those that somebody has just verified
 * or deleted. Only in the process whose turn it is to sweep; two at once would do no harm.
 */
import type { Sweep } from '@app/dispatch';
import { Sweeper } from '@app/dispatch/worker';
import { DOMAIN_CHANGED_CHANNEL, DomainRepository, DomainSteps, type DomainRow } from '@app/domains';
import { DbNotices } from '@app/platform/database';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';

const MINUTE_MS = 60_000;
const MAX_PER_SWEEP = 500;
/** Each waits for name servers that others run. */
const AT_ONCE = 10;
/** From validated to active are two steps; more than a few in a row is somebody else's fault. */
const MAX_ROUNDS = 5;

@Injectable()
export class DomainSweep implements OnModuleInit, BeforeApplicationShutdown {
  private readonly log = new Logger(DomainSweep.name);
  private sweptAt = -Infinity;
  /** Somebody changed a domain since the last sweep. */
  private changed = true;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly domains: DomainRepository,
    private readonly steps: DomainSteps,
    private readonly sweeper: Sweeper,
    private readonly notices: DbNotices,
  ) {}

  onModuleInit(): void {
    this.notices.listen(DOMAIN_CHANGED_CHANNEL, {
      onNotice: () => (this.changed = true),
      onGap: () => (this.changed = true),
    });
    this.sweeper.listen(async (sweep) => this.onSweep(sweep));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Takes every open domain one step further, and on as long as there are steps that need no waiting. */
  async sweep(again = false): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS && !this.stopped; round += 1) {
      const open = await this.domains.openAcrossTenants(MAX_PER_SWEEP, again && round === 0);
      if (!(await this.advance(open))) return;
    }
  }

  private async onSweep({ mine }: Sweep): Promise<void> {
    if (!mine || this.stopped || this.running !== undefined) return;
    if (!this.changed && performance.now() - this.sweptAt < MINUTE_MS) return;
    this.changed = false;
    this.sweptAt = performance.now();
    // Not waited for: the sweeper's other work must not wait for name servers.
    this.running = this.sweep()
      .catch((error: unknown) => this.log.warn({ event: 'domains.sweep_failed', error: String(error) }))
      .finally(() => (this.running = undefined));
  }

  /** Answers whether any has moved on. */
  private async advance(rows: readonly DomainRow[]): Promise<boolean> {
    const left = [...rows];
    let moved = false;
    const work = async (): Promise<void> => {
      for (let row = left.shift(); row !== undefined && !this.stopped; row = left.shift()) {
        if (await this.steps.advance(row)) moved = true;
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, rows.length) }, work));
    return moved;
  }
}
