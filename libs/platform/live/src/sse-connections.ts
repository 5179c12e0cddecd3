import { AppError, Clock, type Principal } from '@app/kernel';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SseConnection } from './sse-connection';
import { KEEP_ALIVE_FRAME } from './sse-frame';
import { sseConfig, type SseConfig } from './sse.config';

export interface SseOptions {
  /** Frame that ends it when the time is up; null to end without a word; undefined for no limit of time. */
  readonly lastFrame: (() => string | null) | undefined;
  /** How long it lasts, where that is not as configured. */
  readonly lastsMs?: number;
}

interface Entry {
  readonly connection: SseConnection;
  readonly deadlineMs: number;
  readonly options: SseOptions;
}

const TICK_MS = 250;

/** All open subscriptions of this process: limits, keep-alive and ends, with one timer for all of them. */
@Injectable()
export class SseConnections implements BeforeApplicationShutdown {
  private readonly log = new Logger(SseConnections.name);
  private readonly entries = new Set<Entry>();
  private readonly counts = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private closing = false;

  constructor(
    private readonly clock: Clock,
    @Inject(sseConfig.token) private readonly config: SseConfig,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  /**
   * Takes a slot before anything else is done for the subscriber. Throws 429 when a limit is enforced.
   * The slot must be opened or released.
   */
  reserve(principal: Pick<Principal, 'orgId' | 'credentialId'>): SseSlot {
    const limits: readonly (readonly [string, number])[] = [
      [`credential:${principal.credentialId}`, this.config.perCredential],
      [`org:${principal.orgId}`, this.config.perOrg],
      ['process', this.config.perProcess],
    ];
    for (const [key, limit] of limits) {
      if (limit === 0 || (this.counts.get(key) ?? 0) < limit) continue;
      if (this.config.limitMode === 'enforce') {
        throw new AppError('rate_limit_exceeded', 'Too many open subscriptions. Close one or retry later.', {
          retryAfterSeconds: 1,
        });
      }
      this.log.warn({ event: 'sse.over_limit', key, limit });
    }
    for (const [key] of limits) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    let taken = true;
    const release = () => {
      if (!taken) return;
      taken = false;
      for (const [key] of limits) {
        const left = (this.counts.get(key) ?? 1) - 1;
        if (left > 0) this.counts.set(key, left);
        else this.counts.delete(key);
      }
    };
    return { release, open: (reply, options) => this.track(reply, options, release) };
  }

  /** One that no limit counts: it is the answer to a request. Sends the headers. */
  open(reply: FastifyReply, options: SseOptions): SseConnection {
    return this.track(reply, options, () => undefined);
  }

  /** Before the server closes: it waits for its answers, and these would never end by themselves. */
  beforeApplicationShutdown(): void {
    this.closing = true;
    clearInterval(this.timer);
    for (const { connection } of this.entries) connection.end();
  }

  private track(reply: FastifyReply, options: SseOptions, release: () => void): SseConnection {
    const connection = new SseConnection(reply, () => this.clock.nowMs());
    const deadlineMs =
      options.lastFrame === undefined
        ? Infinity
        : this.clock.nowMs() + (options.lastsMs ?? this.config.timeoutMs);
    const entry: Entry = { connection, deadlineMs, options };
    this.entries.add(entry);
    connection.whenClosed(() => {
      this.entries.delete(entry);
      release();
    });
    // Nothing follows the head of an answer to HEAD; and nobody would end what begins while the server stops.
    if (this.closing || reply.request.method === 'HEAD') connection.end();
    else this.timer ??= setInterval(() => this.tick(), TICK_MS).unref();
    return connection;
  }

  private tick(): void {
    const now = this.clock.nowMs();
    for (const { connection, deadlineMs, options } of this.entries) {
      if (now >= deadlineMs) {
        const frame = options.lastFrame?.() ?? null;
        if (frame !== null) connection.write(frame);
        connection.end();
      } else if (connection.idleMs >= this.config.keepAliveMs) {
        connection.write(KEEP_ALIVE_FRAME);
      }
    }
    if (this.entries.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

export interface SseSlot {
  release(): void;
  /** Sends the headers. Every failure that deserves a status has to have been thrown before. */
  open(reply: FastifyReply, options: SseOptions): SseConnection;
}
