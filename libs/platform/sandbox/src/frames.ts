/**
 * Framing of the pipe between the worker and a sandbox child. One message carries everything that came up in a tick;
 * whoever is in between reads kinds and run numbers only, payloads are bytes on their way.
 *
 * item = u32 length of the rest | u8 kind | u32 run | u8 fields | fields × (u32 length | bytes)
 */
import type { Readable, Writable } from 'node:stream';

export const KIND = {
  // worker → child
  start: 1,
  artifact: 2,
  stop: 3,
  answer: 4,
  ping: 5,
  // child → worker
  ready: 16,
  call: 17,
  post: 18,
  end: 19,
  lost: 20,
  pong: 21,
  fatal: 22,
  evicted: 23,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

export interface Frame {
  readonly kind: Kind;
  /** Number of the run on this pipe; 0 when it concerns none. */
  readonly run: number;
  readonly fields: readonly Buffer[];
}

/** Collects the frames of one tick and writes them at once. */
export class FrameWriter {
  private parts: Buffer[] = [];
  private scheduled = false;

  constructor(private readonly out: Writable) {}

  send(kind: Kind, run: number, fields: readonly (string | Uint8Array)[] = []): void {
    const bytes = fields.map((field) => (typeof field === 'string' ? Buffer.from(field, 'utf8') : field));
    const head = Buffer.allocUnsafe(10);
    const length = bytes.reduce((sum, field) => sum + 4 + field.length, 6);
    head.writeUInt32LE(length, 0);
    head.writeUInt8(kind, 4);
    head.writeUInt32LE(run, 5);
    head.writeUInt8(bytes.length, 9);
    this.parts.push(head);
    for (const field of bytes) {
      const size = Buffer.allocUnsafe(4);
      size.writeUInt32LE(field.length, 0);
      this.parts.push(size, field as Buffer);
    }
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.scheduled = false;
    if (this.parts.length === 0 || this.out.destroyed) return;
    const message = Buffer.concat(this.parts);
    this.parts = [];
    this.out.write(message);
  }
}

/** Longest item accepted: a result, a trace segment and a context fit many times over. */
const MAX_ITEM_BYTES = 256 * 1024 * 1024;

/** Cuts a byte stream into frames. `onBroken` is told once when the bytes make no sense; nothing is read after that. */
export function readFrames(input: Readable, onFrame: (frame: Frame) => void, onBroken: () => void): void {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = 4;
  input.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, held);
    for (;;) {
      if (bytes.length < 4) {
        wanted = 4;
        break;
      }
      const length = bytes.readUInt32LE(0);
      if (length < 6 || length > MAX_ITEM_BYTES) {
        input.removeAllListeners('data');
        onBroken();
        return;
      }
      if (bytes.length < 4 + length) {
        wanted = 4 + length;
        break;
      }
      onFrame(parse(bytes.subarray(4, 4 + length)));
      bytes = bytes.subarray(4 + length);
    }
    chunks = bytes.length === 0 ? [] : [bytes];
    held = bytes.length;
  });
}

function parse(item: Buffer): Frame {
  const fields: Buffer[] = [];
  let at = 6;
  for (let left = item.readUInt8(5); left > 0; left -= 1) {
    const length = item.readUInt32LE(at);
    fields.push(item.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { kind: item.readUInt8(0) as Kind, run: item.readUInt32LE(1), fields };
}

/** A field as text; '' when the frame has fewer. */
export function text(frame: Frame, index: number): string {
  return frame.fields[index]?.toString('utf8') ?? '';
}
