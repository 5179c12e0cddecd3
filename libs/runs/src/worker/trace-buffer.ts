import type { TraceSegment } from '@app/dispatch';
import { zstdCompressSync } from 'node:zlib';
import { inlineTrace } from '../inline-trace';
import { SEGMENTS_PER_START } from '../trace-seq';

/** A trace up to this size stays in the run's row. */
const INLINE_BYTES = 2 * 1024;
/** Characters of lines that wait for company. */
const MAX_NOTES = 64 * 1024;
/** Smaller segments gain nothing from compression. */
const MIN_COMPRESSED_BYTES = 256;
const FORMAT_RAW = 1;
const FORMAT_ZSTD = 2;

/**
 * The trace of one run on its way out. A single small segment becomes text in the run's row; a long trace goes out in
 * segments while the run goes on, so that what waits in memory is one segment.
 */
export class TraceBuffer {
  private held: Buffer | null = null;
  /** Lines that go out with whatever comes next. */
  private notes = '';
  private sent = 0;

  /** @param start how often the run has begun before */
  constructor(private readonly start: number) {}

  /** Answers a segment that should be written now, null while all of it may yet fit into the row. */
  add(recorded: Uint8Array): TraceSegment | null {
    const segment = this.withNotes(recorded);
    const previous = this.held;
    this.held = segment;
    return previous === null ? null : this.segment(previous);
  }

  /** A line of ours, before what is recorded next. Answers a segment that should be written now. */
  note(line: string): TraceSegment | null {
    this.notes += line;
    return this.notes.length < MAX_NOTES ? null : this.add(new Uint8Array());
  }

  /** What is left at the end of the run. */
  finish(): { readonly trace: string | null; readonly segments: readonly TraceSegment[] } {
    const held =
      this.notes === '' ? this.held : Buffer.concat([this.held ?? Buffer.of(), this.withNotes(Buffer.of())]);
    this.held = null;
    if (held === null) return { trace: null, segments: [] };
    if (this.sent === 0 && held.length <= INLINE_BYTES) return { trace: inlineTrace(held), segments: [] };
    return { trace: null, segments: [this.segment(held)] };
  }

  private withNotes(recorded: Uint8Array): Buffer {
    const { notes } = this;
    this.notes = '';
    return Buffer.concat([Buffer.from(notes), recorded]);
  }

  private segment(raw: Buffer): TraceSegment {
    const seq = this.start * SEGMENTS_PER_START + this.sent;
    this.sent += 1;
    if (raw.length < MIN_COMPRESSED_BYTES) return { seq, data: Buffer.concat([Buffer.of(FORMAT_RAW), raw]) };
    return { seq, data: Buffer.concat([Buffer.of(FORMAT_ZSTD), zstdCompressSync(raw)]) };
  }
}
