/**
 * Framing of the pipe between the worker and a sandbox child. One message carries everything that came up in a tick;
 * whoever is in between reads kinds and run numbers only, payloads are bytes on their way.
 *
 * frame = u32 length of the rest | u8 kind | u32 run | u8 fields | fields × (u32 length | bytes)
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
  /** The child asks to be killed: an isolate is beyond its reach. */
  fatal: 22,
  /** Runs that hold a processor for more than an instant, whenever that changes. */
  busy: 23,
  /** The artifact is wanted (again): it made room for others. */
  need: 24,
  trace: 25,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

export interface Frame {
  readonly kind: Kind;
  /** Number of the run on this pipe; 0 when it concerns none. */
  readonly run: number;
  readonly fields: readonly Buffer[];
}

const HEAD_BYTES = 10;
const FIRST_CAPACITY = 16 * 1024;
/**
 * So much goes out within the tick. A busy isolate can bring some hundred times as much into one tick of its child: kept
 * until the tick's end it would be copied again and again, and the other side would hear nothing for so long that it
 * took the child for dead.
 */
const FULL_BYTES = 1024 * 1024;
/** Longest frame accepted: a result, a trace segment and an artifact fit many times over. */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024;

/** Collects the frames of one tick and writes them at once. */
export class FrameWriter {
  private buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
  private used = 0;
  private isScheduled = false;

  constructor(private readonly out: Writable) {}

  /** Bytes that nobody has read yet. */
  get backlog(): number {
    return this.used + this.out.writableLength;
  }

  send(kind: Kind, run: number, fields: readonly (string | Uint8Array)[] = []): void {
    const from = this.used;
    this.reserve(HEAD_BYTES);
    this.used += HEAD_BYTES;
    for (const field of fields) this.append(field);
    const { buffer } = this;
    buffer.writeUInt32LE(this.used - from - 4, from);
    buffer[from + 4] = kind;
    buffer.writeUInt32LE(run, from + 5);
    buffer[from + 9] = fields.length;
    if (this.used >= FULL_BYTES) this.flush();
    if (this.used === 0 || this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.used === 0) return;
    const message = this.buffer.subarray(0, this.used);
    this.buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
    this.used = 0;
    if (!this.out.destroyed && this.out.writable) this.out.write(message);
  }

  private append(field: string | Uint8Array): void {
    const length = typeof field === 'string' ? Buffer.byteLength(field) : field.length;
    this.reserve(4 + length);
    this.buffer.writeUInt32LE(length, this.used);
    if (typeof field === 'string') this.buffer.write(field, this.used + 4);
    else this.buffer.set(field, this.used + 4);
    this.used += 4 + length;
  }

  private reserve(bytes: number): void {
    const wanted = this.used + bytes;
    if (wanted <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.used);
    this.buffer = larger;
  }
}

/**
 * Cuts a byte stream into frames. `onBroken` is told once, with the reason, when the bytes make no sense or a frame
 * could not be taken; nothing is read after that.
 */
export function readFrames(
  input: Readable,
  onFrame: (frame: Frame) => void,
  onBroken: (reason: string) => void,
): void {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = 4;
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, held);
    wanted = 4;
    while (bytes.length >= 4) {
      const length = bytes.readUInt32LE(0);
      if (length < HEAD_BYTES - 4 || length > MAX_FRAME_BYTES) throw new Error(`a frame of ${length} bytes`);
      if (bytes.length < 4 + length) {
        wanted = 4 + length;
        break;
      }
      onFrame(parse(bytes.subarray(4, 4 + length)));
      bytes = bytes.subarray(4 + length);
    }
    chunks = bytes.length === 0 ? [] : [bytes];
    held = bytes.length;
  };
  const listener = (chunk: Buffer): void => {
    try {
      take(chunk);
    } catch (error) {
      input.off('data', listener);
      chunks = [];
      onBroken(error instanceof Error ? error.message : String(error));
    }
  };
  input.on('data', listener);
}

function parse(frame: Buffer): Frame {
  const fields: Buffer[] = [];
  let at = 6;
  for (let left = frame.readUInt8(5); left > 0; left -= 1) {
    const length = frame.readUInt32LE(at);
    if (at + 4 + length > frame.length) throw new Error('a field beyond the end of its frame');
    fields.push(frame.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (at !== frame.length) throw new Error('a frame longer than its fields');
  return { kind: frame.readUInt8(0) as Kind, run: frame.readUInt32LE(1), fields };
}

/** A field as text; '' when the frame has fewer. */
export function text(frame: Frame, index: number): string {
  return frame.fields[index]?.toString('utf8') ?? '';
}

/** A field as JSON. Throws when it is none. */
export function json(frame: Frame, index: number): unknown {
  return JSON.parse(text(frame, index));
}
