import type { LiveMessage } from '@app/contracts';
import { randomBytes } from 'node:crypto';

interface Entry {
  readonly seq: number;
  readonly atMs: number;
  readonly frame: string;
}

const KEPT_MS = 5 * 60_000;
const KEPT = 2_000;

/**
 * The last messages of a feed, for browsers that were away for a moment. Ids name this log: one of another process, or
 * of the time before a restart, is not mistaken for one of ours.
 */
export class MessageLog {
  private readonly name = randomBytes(6).toString('hex');
  private entries: Entry[] = [];
  private seq = 0;

  constructor(private readonly nowMs: () => number) {}

  /** Id to come back with when nothing has been told yet. */
  get lastId(): string {
    return `${this.name}.${this.seq}`;
  }

  /** Notes a message and answers the frame to send. */
  add(message: LiveMessage): string {
    this.seq += 1;
    const frame = toFrame(this.lastId, message);
    const atMs = this.nowMs();
    this.entries.push({ seq: this.seq, atMs, frame });
    const expired = this.entries.findIndex((entry) => entry.atMs > atMs - KEPT_MS);
    const surplus = this.entries.length - KEPT;
    if (expired > 0 || surplus > 0) this.entries = this.entries.slice(Math.max(expired, surplus));
    return frame;
  }

  /** Frames after the id; undefined when this log cannot tell. */
  after(id: string): readonly string[] | undefined {
    const [name, text = ''] = id.split('.');
    const seq = Number(text);
    if (name !== this.name || !Number.isInteger(seq) || seq > this.seq) return undefined;
    const first = this.entries[0]?.seq ?? this.seq + 1;
    if (seq < first - 1) return undefined;
    return this.entries.filter((entry) => entry.seq > seq).map((entry) => entry.frame);
  }
}

/** Without an id a frame does not move the browser's place. */
export const toFrame = (id: string | undefined, message: LiveMessage): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;
