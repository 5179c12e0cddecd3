import { RedisConnections } from '@app/platform/redis';
import { Injectable } from '@nestjs/common';
import { LiveBus, type NoticeListener } from './live-bus';

/**
 * Publishes many messages with one command: ARGV is channel, message, channel, message … The command object, its
 * promise and its reply cost the client more than the publishing costs the server.
 */
const PUBLISH_ALL = `
for i = 1, #ARGV, 2 do redis.call('publish', ARGV[i], ARGV[i + 1]) end
return 0`;

/** Lua's unpack and the server's own limits leave room for more; this keeps one reply from blocking others for long. */
const MAX_PER_COMMAND = 1_000;
const SOON_MS = 5;
const MAX_IN_FLIGHT = 64;
const MAX_OUTBOX = 100_000;

interface Subscription {
  readonly listeners: Set<NoticeListener>;
  readonly ready: Promise<unknown>;
}

@Injectable()
export class RedisLiveBus extends LiveBus {
  private readonly subscriptions = new Map<string, Subscription>();
  private outbox: string[] = [];
  private readonly inFlight = new Set<Promise<void>>();
  private scheduled = false;
  private soon: NodeJS.Timeout | undefined;
  private sha: Promise<string> | undefined;
  private listening = false;

  constructor(private readonly redis: RedisConnections) {
    super();
  }

  override publish(channel: string, message: string): void {
    this.outbox.push(this.key(channel), message);
    if (this.scheduled) return;
    this.scheduled = true;
    // A microtask: what one finished write has to tell goes out together, before anything that is sent because of it.
    queueMicrotask(() => this.send());
  }

  override publishSoon(channel: string, message: string): void {
    this.outbox.push(this.key(channel), message);
    if (this.scheduled) return;
    this.soon ??= setTimeout(() => this.send(), SOON_MS).unref();
  }

  override async subscribe(channel: string, listener: NoticeListener): Promise<() => void> {
    const key = this.key(channel);
    const client = this.redis.subscriber();
    if (!this.listening) {
      this.listening = true;
      client.on('message', (from: string, message: string) => {
        for (const each of this.subscriptions.get(from)?.listeners ?? []) each(message);
      });
    }
    let subscription = this.subscriptions.get(key);
    if (subscription === undefined) {
      subscription = { listeners: new Set(), ready: client.subscribe(key) };
      this.subscriptions.set(key, subscription);
    }
    const { listeners, ready } = subscription;
    listeners.add(listener);
    // While Redis is away this would wait for its return; the caller then lives on what the database says.
    await Promise.race([ready, this.away()]).catch(() => undefined);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.subscriptions.get(key)?.listeners !== listeners) return;
      this.subscriptions.delete(key);
      client.unsubscribe(key).catch(() => undefined); // gone with the connection anyway
    };
  }

  override isUp(): boolean {
    return this.redis.isUp();
  }

  override async flushed(): Promise<void> {
    while (this.outbox.length > 0 || this.inFlight.size > 0) {
      if (this.outbox.length > 0 && this.inFlight.size === 0) this.send();
      await Promise.allSettled([...this.inFlight, Promise.resolve()]);
    }
  }

  private key(channel: string): string {
    return `${this.redis.prefix}:live:${channel}`;
  }

  /**
   * Does not wait for answers: the connection keeps the order, so that a ticket added after this can't reach its worker
   * before the notice reached its readers.
   */
  private send(): void {
    this.scheduled = false;
    clearTimeout(this.soon);
    this.soon = undefined;
    if (this.inFlight.size >= MAX_IN_FLIGHT) {
      if (this.outbox.length > MAX_OUTBOX) this.outbox = [];
      return;
    }
    while (this.outbox.length > 0) {
      const batch =
        this.outbox.length > MAX_PER_COMMAND * 2 ? this.outbox.splice(0, MAX_PER_COMMAND * 2) : this.outbox;
      if (batch === this.outbox) this.outbox = [];
      const sent: Promise<void> = this.publishAll(batch)
        // Redis is away or full: notices are hints, and a growing pile of old ones would help nobody.
        .catch(() => undefined)
        .finally(() => {
          this.inFlight.delete(sent);
          if (this.outbox.length > 0) this.send();
        });
      this.inFlight.add(sent);
    }
  }

  private async publishAll(batch: readonly string[]): Promise<void> {
    const client = this.redis.commands();
    if (batch.length === 2) {
      await client.publish(batch[0] ?? '', batch[1] ?? '');
      return;
    }
    try {
      this.sha ??= client.script('LOAD', PUBLISH_ALL).then(String);
      await client.evalsha(await this.sha, 0, ...batch);
    } catch (error) {
      this.sha = undefined;
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      // The server was restarted or wiped, and its scripts with it.
      await client.eval(PUBLISH_ALL, 0, ...batch);
    }
  }

  private async away(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 500).unref());
  }
}
