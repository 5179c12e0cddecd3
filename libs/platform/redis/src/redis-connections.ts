/**
 * The connections of a process to Redis. Everything in Redis may vanish at any moment, and so may Redis: commands fail
 * at once while it is away instead of piling up, and callers go on without.
 */
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import Redis, { type RedisOptions } from 'ioredis';
import { redisConfig, type RedisConfig } from './redis.config';

const RECONNECT_MS = [50, 100, 200, 500, 1_000] as const;

@Injectable()
export class RedisConnections implements OnApplicationShutdown {
  private readonly log = new Logger(RedisConnections.name);
  private readonly opened: Redis[] = [];
  private commandClient: Redis | undefined;
  private subscriberClient: Redis | undefined;
  private reported = false;

  constructor(@Inject(redisConfig.token) private readonly config: RedisConfig) {}

  get prefix(): string {
    return this.config.prefix;
  }

  /**
   * For commands. One connection for all of the process, so that what was sent first happens first: a notice published
   * before a ticket is added reaches its readers before the ticket reaches a worker. Without automatic pipelining:
   * it has one batch under way at a time, so that a ticket waited for the answer to a notice that it has nothing to do with.
   */
  commands(): Redis {
    this.commandClient ??= this.open({ enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    return this.commandClient;
  }

  /** In subscriber mode: takes no commands. Subscriptions come back by themselves after a reconnect. */
  subscriber(): Redis {
    this.subscriberClient ??= this.open({ autoResubscribe: true, maxRetriesPerRequest: null });
    return this.subscriberClient;
  }

  /** A connection of its own, for commands that block. The caller closes it, or shutdown does. */
  blocking(options: RedisOptions = {}): Redis {
    return this.open({ ...options, maxRetriesPerRequest: null });
  }

  /** Whether commands reach Redis at the moment. */
  isUp(): boolean {
    return this.commandClient?.status === 'ready';
  }

  /** Opens the command connection and waits for it, so that the first commands of a process do not fail. */
  async whenUp(timeoutMs: number): Promise<boolean> {
    const client = this.commands();
    if (client.status === 'ready') return true;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        client.off('ready', done);
        resolve(client.status === 'ready');
      };
      const timer = setTimeout(done, timeoutMs);
      client.on('ready', done);
    });
  }

  onApplicationShutdown(): void {
    for (const client of this.opened) client.disconnect();
  }

  private open(options: RedisOptions): Redis {
    const client = new Redis(this.config.url, {
      ...options,
      enableReadyCheck: false,
      connectionName: `${this.config.prefix}-${process.pid}`,
      retryStrategy: (times) => RECONNECT_MS[Math.min(times, RECONNECT_MS.length) - 1] ?? null,
    });
    // Without a listener every failed reconnect would end the process.
    client.on('error', (error: Error) => this.report(error));
    client.on('ready', () => {
      if (this.reported) this.log.log('Redis is back');
      this.reported = false;
    });
    this.opened.push(client);
    return client;
  }

  private report(error: Error): void {
    if (this.reported) return;
    this.reported = true;
    this.log.warn(`Redis cannot be reached (${error.message}); work goes on from the database`);
  }
}
