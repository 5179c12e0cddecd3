import type { LiveMessage } from '@app/contracts';
import { reconnectDelayMs } from './backoff';

export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live'; readonly since: number }
  | { readonly kind: 'waiting'; readonly retryAt: number }
  | { readonly kind: 'off' };

export interface LiveSink {
  message(message: LiveMessage, id: string): void;
  state(state: LiveState): void;
}

// The server speaks at least every 15 s.
const SILENCE_MS = 40_000;

/** One connection to the environment's feed that comes back by itself and asks for what it missed. */
export class LiveSource {
  private source: EventSource | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private stopped = false;

  constructor(
    private readonly url: string,
    private readonly sink: LiveSink,
    private lastId: string | null = null,
  ) {
    this.connect();
  }

  /** Tries at once instead of waiting on: the browser says that it is online again, or somebody asked for it. */
  hurry(): void {
    if (this.stopped || this.source !== undefined) return;
    clearTimeout(this.retry);
    this.attempt = 0;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.close();
    clearTimeout(this.retry);
    this.sink.state({ kind: 'off' });
  }

  private connect(): void {
    this.sink.state({ kind: 'connecting' });
    // A new EventSource forgets Last-Event-ID, so the id travels in the address.
    const url = this.lastId === null ? this.url : `${this.url}?after=${encodeURIComponent(this.lastId)}`;
    const source = new EventSource(url);
    this.source = source;
    source.onopen = () => {
      this.attempt = 0;
      this.listen();
      this.sink.state({ kind: 'live', since: Date.now() });
    };
    source.onmessage = (event: MessageEvent<string>) => {
      this.listen();
      if (event.lastEventId !== '') this.lastId = event.lastEventId;
      this.sink.message(JSON.parse(event.data) as LiveMessage, event.lastEventId);
    };
    // Its own reconnecting is fixed at a few seconds and would bring every client back at the same time.
    source.onerror = () => this.comeBack();
  }

  private listen(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.comeBack(), SILENCE_MS);
  }

  private comeBack(): void {
    this.close();
    if (this.stopped) return;
    const wait = reconnectDelayMs(this.attempt);
    this.attempt += 1;
    this.sink.state({ kind: 'waiting', retryAt: Date.now() + wait });
    this.retry = setTimeout(() => this.connect(), wait);
  }

  private close(): void {
    clearTimeout(this.silence);
    this.source?.close();
    this.source = undefined;
  }
}
