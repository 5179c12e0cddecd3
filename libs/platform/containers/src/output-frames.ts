/**
 * What a container prints, out of the engine's stream: frames of one byte for the stream (1 out, 2 err), three of nothing,
 * four for the length, then the text.
 */
import type { OutputStream } from './container-driver';

const HEADER_BYTES = 8;

export class OutputFrames {
  private header = Buffer.alloc(0);
  private stream: OutputStream = 'stdout';
  /** Of the frame that has begun. */
  private left = 0;

  constructor(private readonly onOutput: (stream: OutputStream, bytes: Buffer) => void) {}

  /** Frames may be cut anywhere. A frame is passed on as it comes, never held as a whole. */
  write(piece: Buffer): void {
    let at = 0;
    while (at < piece.length) {
      if (this.left > 0) {
        const part = piece.subarray(at, at + this.left);
        this.left -= part.length;
        at += part.length;
        this.onOutput(this.stream, part);
        continue;
      }
      const part = piece.subarray(at, at + HEADER_BYTES - this.header.length);
      at += part.length;
      this.header = Buffer.concat([this.header, part]);
      if (this.header.length < HEADER_BYTES) return;
      this.stream = this.header[0] === 2 ? 'stderr' : 'stdout';
      this.left = this.header.readUInt32BE(4);
      this.header = Buffer.alloc(0);
    }
  }
}
