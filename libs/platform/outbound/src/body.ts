/** Bodies of responses: decoded, bounded, read as fast as somebody takes them. */
import { pipeline, type Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';
import { OutboundError, outboundErrorOf } from './outbound-error';

/** What a request offers to understand, where its headers say nothing. */
export const UNDERSTOOD = 'gzip, br, zstd';

/** The window of a compressed stream is memory before there is a byte of output: 8 MiB, as RFC 9659 has it. */
const ZSTD_WINDOW_LOG = 23;
/** Encodings on top of each other: more than two is no server's habit. */
const MAX_ENCODINGS = 2;

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } }),
} as const;

type Encoding = keyof typeof DECODERS;

/** Encodings in the order they were applied; null when one is unknown, and the body stays as it is. */
export function encodingsOf(contentEncoding: string | null): readonly Encoding[] | null {
  const names = (contentEncoding ?? '')
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '' && each !== 'identity');
  if (names.length > MAX_ENCODINGS) return null;
  return names.every(isEncoding) ? names : null;
}

export function decoded(source: Readable, encodings: readonly Encoding[]): Readable {
  // Errors and early ends travel along; the reader at the end hears of them.
  return encodings.toReversed().reduce((from: Readable, encoding) => {
    return pipeline(from, DECODERS[encoding](), () => undefined);
  }, source);
}

function isEncoding(name: string): name is Encoding {
  return Object.hasOwn(DECODERS, name);
}

export interface BodyLimits {
  /** After decoding. */
  readonly maxBytes: number;
  /** Called with each piece's length before it is handed on; throws when that is too much for all of a run. */
  readonly spend: (bytes: number) => void;
}

export class BodyReader {
  private bytes = 0;
  private failure: OutboundError | null = null;
  private isReading = false;

  constructor(
    private readonly source: Readable,
    private readonly limits: BodyLimits,
    /** The exchange is over: all read, failed or given up. Called once. */
    private readonly over: () => void,
  ) {
    source.once('close', () => this.over());
    source.once('error', (error) => this.fail(error));
  }

  /** What has arrived, or else the next piece that does; null at the end. Until it is asked for, the sender waits. */
  async next(): Promise<Buffer | null> {
    if (this.isReading) throw new OutboundError('invalid', 'the stream is being read already');
    this.isReading = true;
    try {
      for (;;) {
        if (this.failure !== null) throw this.failure;
        const piece = this.source.read() as Buffer | null;
        if (piece !== null) return this.take(piece);
        if (this.source.readableEnded) return null;
        if (this.source.destroyed) throw this.failure ?? new OutboundError('io', 'connection closed');
        await this.change();
      }
    } finally {
      this.isReading = false;
    }
  }

  async all(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let piece = await this.next(); piece !== null; piece = await this.next()) pieces.push(piece);
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  /** Gives it up. Readers get the reason. */
  fail(reason: unknown): void {
    this.failure ??= outboundErrorOf(reason);
    this.source.destroy(this.failure);
  }

  private take(piece: Buffer): Buffer {
    this.bytes += piece.length;
    try {
      if (this.bytes > this.limits.maxBytes)
        throw new OutboundError('quota', `response body exceeds ${this.limits.maxBytes} bytes`);
      this.limits.spend(piece.length);
    } catch (error) {
      this.fail(error);
      throw this.failure ?? error;
    }
    return piece;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      const { source } = this;
      const done = (): void => {
        for (const event of ['readable', 'end', 'error', 'close']) source.off(event, done);
        resolve();
      };
      for (const event of ['readable', 'end', 'error', 'close']) source.once(event, done);
    });
  }
}
