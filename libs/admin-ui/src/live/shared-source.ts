import type { LiveMessage } from '@app/contracts';
import { LiveSource, type LiveSink, type LiveState } from './live-source';

type Wire =
  | { readonly kind: 'message'; readonly message: LiveMessage; readonly id: string }
  | { readonly kind: 'state'; readonly state: LiveState }
  | { readonly kind: 'hello' }
  | { readonly kind: 'hurry' };

/**
 * One connection per browser, not per tab: over HTTP/1.1 a browser allows six to a server, and ten tabs would starve
 * the rest. The tab that holds the lock listens and tells the others; when it closes, the lock passes on, and the next
 * one continues after the last id it heard. Without the browser's locks, a tab listens for itself.
 */
export class SharedSource {
  private channel: BroadcastChannel | undefined;
  private source: LiveSource | undefined;
  private readonly giveUp = new AbortController();
  private lastId: string | null = null;
  private lastState: LiveState = { kind: 'connecting' };

  constructor(
    private readonly url: string,
    private readonly sink: LiveSink,
  ) {
    if (typeof BroadcastChannel === 'undefined' || navigator.locks === undefined) {
      this.source = new LiveSource(url, sink);
      return;
    }
    this.channel = new BroadcastChannel(`hot.live ${url}`);
    this.channel.onmessage = (event: MessageEvent<Wire>) => this.hear(event.data);
    this.channel.postMessage({ kind: 'hello' } satisfies Wire);
    navigator.locks
      .request(`hot.live ${url}`, { signal: this.giveUp.signal }, () => this.lead())
      // Rejects when this tab stops before it was its turn, which is all the same to us.
      .catch(() => undefined);
  }

  hurry(): void {
    if (this.source !== undefined) this.source.hurry();
    else this.channel?.postMessage({ kind: 'hurry' } satisfies Wire);
  }

  stop(): void {
    this.source?.stop();
    this.channel?.close();
    this.giveUp.abort();
  }

  /** Holds the lock for as long as this tab follows the feed. */
  private lead(): Promise<void> {
    this.source = new LiveSource(
      this.url,
      {
        message: (message, id) => {
          this.tell({ kind: 'message', message, id });
          this.take(message, id);
        },
        state: (state) => {
          this.tell({ kind: 'state', state });
          this.lastState = state;
          this.sink.state(state);
        },
      },
      this.lastId,
    );
    return new Promise((resolve) => {
      this.giveUp.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private tell(wire: Wire): void {
    if (!this.giveUp.signal.aborted) this.channel?.postMessage(wire);
  }

  private hear(wire: Wire): void {
    if (this.source !== undefined) {
      if (wire.kind === 'hello') this.tell({ kind: 'state', state: this.lastState });
      if (wire.kind === 'hurry') this.source.hurry();
      return;
    }
    if (wire.kind === 'message') this.take(wire.message, wire.id);
    if (wire.kind === 'state') this.sink.state(wire.state);
  }

  private take(message: LiveMessage, id: string): void {
    if (id !== '') this.lastId = id;
    this.sink.message(message, id);
  }
}
