/**
 * All watched streams of this process: one subscription per stream that has subscribers, and one look per second at the
 * database for all of them together, because notices are hints and may be lost. Nothing watched, nothing asked.
 */
import { decodeStreamNotice, streamChannel } from '@app/dispatch';
import { idFloor, type EnvScope } from '@app/kernel';
import { LiveBus } from '@app/platform/live';
import { StreamReads } from './stream.queries';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { RunLoader } from './run-loader';
import { TaskReads } from '@app/tasks';
import { StreamChannel, type HappeningListener } from './stream-channel';

interface Watched {
  readonly channel: StreamChannel;
  readonly ready: Promise<() => void>;
}

export interface Watch {
  /** Stops telling. */
  readonly leave: () => void;
}

const LOOK_EVERY_MS = 1_000;
/**
 * Ids are made before their rows are committed; a look reaches back over a slow commit. Not further than it must: on a
 * stream of a thousand runs a second, each second of it is a thousand rows to read. Live runs come whatever their age.
 */
const OVERLAP_MS = 1_000;
/** With Redis away, a look must reach back over the time that it itself may be late. */
const OVERLAP_ALONE_MS = 15_000;
const MAX_STREAMS_PER_LOOK = 5_000;

@Injectable()
export class StreamHub implements OnApplicationShutdown {
  private readonly log = new Logger(StreamHub.name);
  private readonly watched = new Map<string, Watched>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private lastLookMs = 0;

  constructor(
    private readonly bus: LiveBus,
    private readonly reads: StreamReads,
    private readonly loader: RunLoader,
    private readonly tasks: TaskReads,
  ) {}

  get size(): number {
    return this.watched.size;
  }

  /** Resolves when everything that happens from now on will be told. */
  async watch(scope: EnvScope, streamId: string, listener: HappeningListener): Promise<Watch> {
    const name = streamChannel(scope.envId, streamId);
    let entry = this.watched.get(name);
    if (entry === undefined) {
      const channel = new StreamChannel(scope, streamId, {
        run: (s, runId) => this.loader.load(s, runId),
        task: async (s, taskId) => (await this.tasks.getMany(s, [taskId]))[0] ?? null,
      });
      entry = {
        channel,
        ready: this.bus.subscribe(name, (message) => channel.onNotice(decodeStreamNotice(message))),
      };
      this.watched.set(name, entry);
    }
    const { channel, ready } = entry;
    const stop = channel.listen(listener);
    this.timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    await ready;
    return {
      leave: () => {
        stop();
        if (channel.isWatched || this.watched.get(name)?.channel !== channel) return;
        this.watched.delete(name);
        void ready.then((unsubscribe) => unsubscribe());
        if (this.watched.size > 0) return;
        clearInterval(this.timer);
        this.timer = undefined;
      },
    };
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const now = Date.now();
      const overlap = this.bus.isUp() ? OVERLAP_MS : OVERLAP_ALONE_MS;
      // A look that came late (a busy loop, a slow database) reaches back as far as it was late.
      const since = idFloor(Math.min(now, this.lastLookMs === 0 ? now : this.lastLookMs) - overlap);
      const all = [...this.watched.values()].map(({ channel }) => channel);
      for (let at = 0; at < all.length; at += MAX_STREAMS_PER_LOOK) {
        await this.lookAt(all.slice(at, at + MAX_STREAMS_PER_LOOK), since);
      }
      this.lastLookMs = now;
    } catch (error) {
      this.log.warn({ event: 'streams.look_failed', error: error instanceof Error ? error.message : error });
    } finally {
      this.looking = false;
    }
  }

  private async lookAt(channels: readonly StreamChannel[], since: string): Promise<void> {
    const runs = await this.reads.latelyAcrossTenants(
      channels.map((channel) => channel.streamId),
      since,
      channels.flatMap((channel) => [...channel.openRuns]),
    );
    for (const run of runs) {
      const channel = this.watched.get(streamChannel(run.envId, run.streamId))?.channel;
      if (run.isTask) channel?.onTaskLook(run.runId, run.status);
      else channel?.onLook(run.runId, run.status);
    }
  }
}
