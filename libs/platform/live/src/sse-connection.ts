import type { FastifyReply } from 'fastify';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What a reader may leave unread before it is cut off. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** One open subscription. Frames are written whole, each in one write, so that clients may parse chunk by chunk. */
export class SseConnection {
  private readonly response: ServerResponse;
  private readonly onClosed: (() => void)[] = [];
  private open = true;
  private lastWriteMs: number;

  /** Takes the answer over from the framework and sends the headers at once. Nothing may fail with a status after this. */
  constructor(
    reply: FastifyReply,
    private readonly nowMs: () => number,
  ) {
    // X-Request-Id and whatever else hooks have set: a hijacked answer does not get them by itself.
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    reply.hijack();
    this.response = reply.raw;
    this.response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    this.response.flushHeaders();
    this.response.socket?.setNoDelay(true);
    this.lastWriteMs = nowMs();
    this.response.on('close', () => this.closed());
    this.response.on('error', () => this.response.destroy());
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** Milliseconds since something was written. */
  get idleMs(): number {
    return this.nowMs() - this.lastWriteMs;
  }

  /** Writes one frame. A reader that does not read is cut off instead of filling our memory. */
  write(frame: string | Buffer): void {
    if (!this.open) return;
    if (this.response.writableLength > MAX_UNREAD_BYTES) {
      this.response.destroy();
      this.closed();
      return;
    }
    this.lastWriteMs = this.nowMs();
    this.response.write(frame);
  }

  /** Ends the answer after what was written. */
  end(): void {
    if (!this.open) return;
    this.response.end();
    this.closed();
  }

  /** Called once, whoever ends it; at once when it has ended already. */
  whenClosed(then: () => void): void {
    if (this.open) this.onClosed.push(then);
    else then();
  }

  private closed(): void {
    if (!this.open) return;
    this.open = false;
    for (const then of this.onClosed.splice(0)) then();
  }
}
