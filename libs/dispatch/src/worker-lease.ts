/**
 * One life of a worker. While its lease lives, nobody else touches its runs; once it has run out, nothing that this
 * incarnation started may still take effect. The lease is renewed by the main thread, which runs no user code.
 *
 * A process that was stopped (SIGSTOP, a suspended machine) finds out by its own clock before it does anything else:
 * the first thing asked after waking is whether the lease can still be alive.
 */
import { newId } from '@app/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { hostname } from 'node:os';
import { HotSqlPools } from './hot-sql.pools';
import { LEASE_RENEWAL_MS, LEASE_SECONDS, LeaseRepository } from './lease.repository';

export interface LeaseListener {
  /** The incarnation is dead: its runs are somebody else's. Stop them; write nothing for them. */
  onLost(incarnation: string): void;
  /** Runs that somebody asked to cancel, told again at every renewal until they end. */
  onCancelled(runIds: readonly string[]): void;
  /** A new life has begun; claims may go on. */
  onTaken(incarnation: string): void;
}

/** Less than the lease itself: our clock and the database's may drift, and a write needs time to get there. */
const TRUSTED_MS = (LEASE_SECONDS - 2) * 1_000;
const RETRY_MS = 1_000;

@Injectable()
export class WorkerLease {
  private readonly log = new Logger(WorkerLease.name);
  private readonly repository: LeaseRepository;
  private readonly listeners: LeaseListener[] = [];
  private current: string | null = null;
  private renewedAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private roles: readonly string[] = [];
  private stopped = true;
  /** One at a time: two that each took a new life would leave the runs of one of them to nobody. */
  private confirming: Promise<boolean> | null = null;

  constructor(pools: HotSqlPools) {
    this.repository = new LeaseRepository(pools.scanning);
  }

  listen(listener: LeaseListener): void {
    this.listeners.push(listener);
  }

  /** The incarnation that may claim and write now; null while there is none. */
  incarnation(): string | null {
    if (this.current !== null && performance.now() - this.renewedAt > TRUSTED_MS)
      this.lose('not renewed in time');
    return this.current;
  }

  /**
   * Asks the database now, for whoever has reason to doubt: renews the lease, or takes a new one when it has ended.
   * Answers the incarnation that lives then; null while the database is away, or after the stop.
   */
  async confirm(): Promise<string | null> {
    if (this.stopped) return null;
    await this.renewOrTake();
    return this.incarnation();
  }

  async start(roles: readonly string[]): Promise<void> {
    this.roles = roles;
    this.stopped = false;
    await this.take();
    this.schedule(LEASE_RENEWAL_MS);
  }

  /** Ends the lease at once: runs that are still going on are up for others without waiting for it to run out. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    const { current } = this;
    this.current = null;
    if (current !== null) await this.repository.giveUp(current).catch(() => undefined); // runs out by itself
  }

  private schedule(ms: number): void {
    this.timer = setTimeout(() => void this.tick(), ms);
  }

  private async tick(): Promise<void> {
    const isDone = await this.renewOrTake();
    if (!this.stopped) this.schedule(isDone ? LEASE_RENEWAL_MS : RETRY_MS);
  }

  private renewOrTake(): Promise<boolean> {
    this.confirming ??= (this.incarnation() === null ? this.tryTake() : this.renew()).finally(() => {
      this.confirming = null;
    });
    return this.confirming;
  }

  private async renew(): Promise<boolean> {
    const { current } = this;
    if (current === null) return false;
    const askedAt = performance.now();
    try {
      const cancelled = await this.repository.renew(current);
      if (current !== this.current) return false;
      if (cancelled === null) {
        this.lose('ended in the database');
        return await this.tryTake();
      }
      // From when we asked: the answer may have taken long.
      this.renewedAt = askedAt;
      if (cancelled.length > 0) for (const listener of this.listeners) listener.onCancelled(cancelled);
      return true;
    } catch (error) {
      this.log.warn({ event: 'lease.renewal_failed', error: error instanceof Error ? error.message : error });
      this.incarnation();
      return false;
    }
  }

  private async tryTake(): Promise<boolean> {
    try {
      await this.take();
      return true;
    } catch (error) {
      this.log.warn({ event: 'lease.take_failed', error: error instanceof Error ? error.message : error });
      return false;
    }
  }

  private async take(): Promise<void> {
    const incarnation = newId();
    const askedAt = performance.now();
    await this.repository.take({
      incarnation,
      workerId: `${hostname()}:${process.pid}`,
      roles: this.roles,
      host: hostname(),
      pid: process.pid,
    });
    if (this.stopped) return;
    this.current = incarnation;
    this.renewedAt = askedAt;
    for (const listener of this.listeners) listener.onTaken(incarnation);
  }

  private lose(why: string): void {
    const { current } = this;
    if (current === null) return;
    this.current = null;
    this.log.error({ event: 'lease.lost', incarnation: current, why });
    for (const listener of this.listeners) listener.onLost(current);
  }
}
