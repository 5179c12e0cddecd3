import type { FastifyReply } from 'fastify';
import type { OutgoingHttpHeaders } from 'node:http';
import { OpenAnswer } from './open-answer';

/** What a reader may leave unread before it is cut off. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** One open subscription. Frames are written whole, each in one write, so that clients may parse chunk by chunk. */
export class SseConnection {
  private readonly answer: OpenAnswer;
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
    const response = reply.raw;
    // Set, not only written: whoever counts answers asks for it.
    response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    response.writeHead(200, {
      ...headers,
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      // The connection ends with the stream: it is no longer the HTTP server's.
      connection: 'close',
    });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    this.lastWriteMs = nowMs();
    this.answer = new OpenAnswer(response, () => this.closed());
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** Milliseconds since something was written. */
  get idleMs(): number {
    return this.nowMs() - this.lastWriteMs;
  }

  /** Writes one frame. A reader that does not read is cut off instead of filling our memory. */
  write(frame: string): void {
    if (!this.open) return;
    if (this.answer.unreadBytes > MAX_UNREAD_BYTES) {
      this.answer.destroy();
      this.closed();
      return;
    }
    this.lastWriteMs = this.nowMs();
    this.answer.write(frame);
  }

  /** Ends the answer after what was written. */
  end(): void {
    if (!this.open) return;
    this.answer.end();
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
