/** What is sent to a task, in order, until it is taken. */
import { Refusal } from '@app/platform/calls';

const MAX_WAITING = 256;
const MAX_BYTES = 1024 * 1024;
const CANCEL = '{"$cancel":true}';
const CLOSED = 'null';

export class Inbox {
  private messages: string[] = [];
  private readonly takers: ((message: string) => void)[] = [];
  private closed = false;
  /** Whether the task reads messages: then it learns by one that it is cancelled. */
  isRead = false;

  put(message: string): void {
    if (this.closed) return;
    if (Buffer.byteLength(message) > MAX_BYTES)
      throw new Refusal('quota', `a message has at most ${MAX_BYTES} bytes`);
    const taker = this.takers.shift();
    if (taker !== undefined) taker(message);
    else if (this.messages.push(message) > MAX_WAITING) {
      this.messages.pop();
      throw new Refusal('quota', 'inbox full');
    }
  }

  /** Null once the inbox is closed and empty. */
  take(): Promise<string> {
    this.isRead = true;
    const message = this.messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    return this.closed ? Promise.resolve(CLOSED) : new Promise((resolve) => this.takers.push(resolve));
  }

  /** The next message says so, and is the last. */
  cancel(): void {
    this.messages = [];
    const taker = this.takers.shift();
    if (taker === undefined) this.messages.push(CANCEL);
    else taker(CANCEL);
    this.close();
  }

  close(): void {
    this.closed = true;
    for (const taker of this.takers.splice(0)) taker(CLOSED);
  }
}
