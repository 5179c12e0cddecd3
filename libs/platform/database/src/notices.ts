/**
 * PostgreSQL's LISTEN/NOTIFY on one connection of its own: for rare facts that caches of every process must learn at
 * once (a key was revoked, another build serves). Notices arrive after commit, in order; while the connection is down
 * they are lost, which listeners are told so that they drop what they remember.
 */
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import { connectionSettings } from './connection';
import { databaseConfig, type DatabaseConfig } from './database.config';

export interface NoticeListener {
  onNotice(payload: string): void;
  /** Notices may have been missed. Called whenever the connection was lost, and once it is back. */
  onGap(): void;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

@Injectable()
export class DbNotices implements OnApplicationShutdown {
  private readonly log = new Logger(DbNotices.name);
  private readonly listeners = new Map<string, Set<NoticeListener>>();
  private client: Client | undefined;
  private live = false;
  private subscribed: Promise<void> = Promise.resolve();
  private closed = false;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer: NodeJS.Timeout | undefined;

  constructor(@Inject(databaseConfig.token) private readonly config: DatabaseConfig) {}

  /** Whether notices arrive at the moment. While not, nothing may be cached on their strength. */
  isLive(): boolean {
    return this.live;
  }

  /** Calls the listener for every notice of the channel. Answers how to stop that. */
  listen(channel: string, listener: NoticeListener): () => void {
    const known = this.listeners.get(channel);
    if (known !== undefined) known.add(listener);
    else {
      this.listeners.set(channel, new Set([listener]));
      // A first channel opens the connection; later ones join it, or the LISTEN of its next start.
      if (this.client === undefined) void this.connect();
      else if (this.live) this.subscribe(this.client, [channel]);
    }
    return () => void this.listeners.get(channel)?.delete(listener);
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    this.live = false;
    clearTimeout(this.retryTimer);
    await this.client?.end().catch(() => undefined); // it may be broken already: then there is nothing to end
  }

  private async connect(): Promise<void> {
    const client = new Client({
      ...connectionSettings(this.config),
      application_name: 'hot-notices',
      connectionTimeoutMillis: this.config.connectTimeoutMs,
    });
    this.client = client;
    this.subscribed = Promise.resolve();
    client.on('notification', ({ channel, payload }) => {
      for (const listener of this.listeners.get(channel) ?? []) listener.onNotice(payload ?? '');
    });
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    try {
      await client.connect();
      // Channels that come while these are on their way are the next turn's.
      for (let known = 0; known < this.listeners.size;) {
        const channels = [...this.listeners.keys()].slice(known);
        known = this.listeners.size;
        this.subscribe(client, channels);
        await this.subscribed;
      }
      if (this.client !== client) return;
      this.live = true;
      this.retryMs = FIRST_RETRY_MS;
      this.gap();
    } catch {
      this.lost(client);
    }
  }

  /** One after the other: a client that is asked while it is busy is about to become an error. */
  private subscribe(client: Client, channels: readonly string[]): void {
    this.subscribed = this.subscribed
      .then(() => {
        if (this.client !== client) return;
        const listens = channels.map((channel) => `LISTEN ${client.escapeIdentifier(channel)}`);
        return client.query(listens.join('; '));
      })
      .then(
        () => undefined,
        () => this.lost(client),
      );
  }

  private lost(client: Client): void {
    if (this.client !== client || this.closed) return;
    this.client = undefined;
    const was = this.live;
    this.live = false;
    client.removeAllListeners('notification');
    client.end().catch(() => undefined); // see onApplicationShutdown
    if (was) {
      this.log.warn('Lost the connection for database notices; caches are off until it is back');
      this.gap();
    }
    this.retryTimer = setTimeout(() => void this.connect(), this.retryMs);
    this.retryTimer.unref();
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }

  private gap(): void {
    for (const set of this.listeners.values()) for (const listener of set) listener.onGap();
  }
}
