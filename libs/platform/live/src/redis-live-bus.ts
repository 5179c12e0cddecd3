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

interface Subscription {
  readonly listeners: Set<NoticeListener>;
  readonly ready: Promise<unknown>;
}

@Injectable()
export class RedisLiveBus extends LiveBus {
  private readonly subscriptions = new Map<string, Subscription>();
  private outbox: string[] = [];
  private sending: Promise<void> | undefined;
  private sha: string | undefined;
  private listening = false;

  constructor(private readonly redis: RedisConnections) {
    super();
  }

  override publish(channel: string, message: string): void {
    this.outbox.push(this.key(channel), message);
    // A microtask: what one finished write has to tell goes out together.
    this.sending ??= Promise.resolve().then(() => this.send());
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
    while (this.sending !== undefined) await this.sending;
  }

  private key(channel: string): string {
    return `${this.redis.prefix}:live:${channel}`;
  }

  private async send(): Promise<void> {
    while (this.outbox.length > 0) {
      const batch = this.outbox.splice(0, MAX_PER_COMMAND * 2);
      try {
        await this.publishAll(batch);
      } catch {
        // Redis is away or full: notices are hints, and a growing pile of old ones would help nobody.
        this.outbox = [];
      }
    }
    this.sending = undefined;
  }

  private async publishAll(batch: readonly string[]): Promise<void> {
    const client = this.redis.commands();
    if (batch.length === 2) {
      await client.publish(batch[0] ?? '', batch[1] ?? '');
      return;
    }
    try {
      this.sha ??= String(await client.script('LOAD', PUBLISH_ALL));
      await client.evalsha(this.sha, 0, ...batch);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      // The server was restarted or wiped, and its scripts with it.
      await client.eval(PUBLISH_ALL, 0, ...batch);
    }
  }

  private async away(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 500).unref());
  }
}
