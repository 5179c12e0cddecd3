/**
 * One hub per process. While somebody watches an environment, the database is asked for what is new: at once when a
 * notice says that something happened, once a second in any case, one statement for all watched environments. Nothing
 * is asked while nobody watches. Notices are hints and may be lost; what is told comes from the database.
 */
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { LiveMessage } from '@app/contracts';
import { envChannel } from '@app/dispatch';
import { Clock, idFloor } from '@app/kernel';
import { ChangeQueries } from '@app/observe';
import { LiveBus } from '@app/platform/live';
import { EnvFeed } from './env-feed';
import { MessageLog, toFrame } from './message-log';

const LOOK_EVERY_MS = 1_000;
/** Between two looks, however many notices come. */
const LOOK_GAP_MS = 150;
/** Commits are not in the order of ids: each look begins this much before the last one. */
const OVERLAP_MS = 4_000;
/** A feed outlives its last watcher a little: pages are reloaded. */
const LINGER_MS = 30_000;
const HEARTBEAT_MS = 15_000;

export interface Watcher {
  send(frame: string): void;
}

interface Feed {
  readonly envId: string;
  readonly feed: EnvFeed;
  readonly log: MessageLog;
  readonly watchers: Set<Watcher>;
  lookedAtMs: number;
  leftAtMs: number | undefined;
  unsubscribe: (() => void) | undefined;
}

@Injectable()
export class LiveHub implements OnApplicationShutdown {
  private readonly log = new Logger(LiveHub.name);
  private readonly feeds = new Map<string, Feed>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private lastLookMs = 0;
  private lastHeartbeatMs = 0;
  private closed = false;

  constructor(
    private readonly changes: ChangeQueries,
    private readonly bus: LiveBus,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends the watcher what happens from now on, after what it missed since the id it brings. Answers how to stop.
   * Whoever cannot be told what was missed is asked to fetch again.
   */
  async watch(envId: string, after: string | undefined, watcher: Watcher): Promise<() => void> {
    const known = this.feeds.get(envId);
    const feed = known ?? this.open(envId);
    if (known === undefined) await this.subscribe(feed);
    const missed = after === undefined ? [] : feed.log.after(after);
    if (missed === undefined)
      watcher.send(toFrame(feed.log.lastId, { topic: 'resync', data: { reason: 'away' } }));
    else missed.forEach((frame) => watcher.send(frame));
    watcher.send(toFrame(feed.log.lastId, this.heartbeat()));
    feed.watchers.add(watcher);
    feed.leftAtMs = undefined;
    this.schedule(0);
    return () => {
      feed.watchers.delete(watcher);
      if (feed.watchers.size === 0) feed.leftAtMs = this.clock.nowMs();
    };
  }

  onApplicationShutdown(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const feed of this.feeds.values()) feed.unsubscribe?.();
    this.feeds.clear();
  }

  private open(envId: string): Feed {
    const nowMs = this.clock.nowMs();
    const feed: Feed = {
      envId,
      feed: new EnvFeed(),
      log: new MessageLog(() => this.clock.nowMs()),
      watchers: new Set(),
      lookedAtMs: nowMs,
      leftAtMs: nowMs,
      unsubscribe: undefined,
    };
    this.feeds.set(envId, feed);
    return feed;
  }

  private async subscribe(feed: Feed): Promise<void> {
    const unsubscribe = await this.bus.subscribe(envChannel(feed.envId), () => this.schedule(0));
    if (this.feeds.get(feed.envId) === feed) feed.unsubscribe = unsubscribe;
    else unsubscribe();
  }

  /** The next look: soon when something is said to have happened, else in its turn. */
  private schedule(delayMs: number): void {
    if (this.closed || this.looking) return;
    clearTimeout(this.timer);
    const gap = this.lastLookMs + LOOK_GAP_MS - this.clock.nowMs();
    this.timer = setTimeout(() => void this.look(), Math.max(delayMs, gap, 0));
    this.timer.unref();
  }

  private async look(): Promise<void> {
    this.looking = true;
    this.forgetAbandoned();
    const feeds = [...this.feeds.values()];
    try {
      if (feeds.length > 0) await this.ask(feeds);
      this.beat(feeds);
    } catch (error) {
      // The database is away: watchers keep what they have, and get the rest when it is back.
      this.log.warn({ event: 'live.look_failed', error: String(error) });
    } finally {
      this.looking = false;
      this.lastLookMs = this.clock.nowMs();
      if (this.feeds.size > 0) this.schedule(LOOK_EVERY_MS);
    }
  }

  private async ask(feeds: readonly Feed[]): Promise<void> {
    const nowMs = this.clock.nowMs();
    const found = await this.changes.since(
      feeds.map(({ envId, feed, lookedAtMs }) => ({
        envId,
        sinceId: idFloor(lookedAtMs - OVERLAP_MS),
        liveRunIds: feed.liveRunIds,
        pendingEventIds: feed.pendingEventIds,
      })),
    );
    for (const feed of feeds) {
      feed.lookedAtMs = nowMs;
      const messages = feed.feed.take(found.get(feed.envId) ?? NOTHING);
      for (const message of messages) this.tell(feed, message);
    }
  }

  private tell(feed: Feed, message: LiveMessage): void {
    const frame = feed.log.add(message);
    for (const watcher of feed.watchers) watcher.send(frame);
  }

  private beat(feeds: readonly Feed[]): void {
    const nowMs = this.clock.nowMs();
    if (nowMs - this.lastHeartbeatMs < HEARTBEAT_MS) return;
    this.lastHeartbeatMs = nowMs;
    for (const { log, watchers } of feeds) {
      const frame = toFrame(log.lastId, this.heartbeat());
      for (const watcher of watchers) watcher.send(frame);
    }
  }

  private heartbeat(): LiveMessage {
    return { topic: 'heartbeat', data: { now: this.clock.now().toISOString() } };
  }

  private forgetAbandoned(): void {
    const nowMs = this.clock.nowMs();
    for (const feed of this.feeds.values()) {
      if (feed.watchers.size > 0 || feed.leftAtMs === undefined || nowMs - feed.leftAtMs < LINGER_MS)
        continue;
      feed.unsubscribe?.();
      this.feeds.delete(feed.envId);
    }
  }
}

const NOTHING = { runs: [], events: [], projects: [] } as const;
