/** What a container prints, on its way to where people and programs read it: in lines, without secrets, not too much. */
import { StringDecoder } from 'node:string_decoder';
import type { OutputStream } from '@app/platform/containers';

export const SECRET = '<secret>';
/** Shorter ones occur inside of ordinary words: only a whole line is one. As in everything else that is recorded. */
const MIN_INSIDE = 8;
/** A line that is longer goes out in pieces. */
const MAX_LINE = 64 * 1024;

export class Masks {
  private readonly inside: readonly string[];
  private readonly whole: ReadonlySet<string>;
  /** A piece of a line may end within one that is as long as this. */
  readonly longest: number;

  /** @param secrets texts; of those with several lines each is one */
  constructor(secrets: readonly string[]) {
    const lines = secrets.flatMap((secret) => secret.split(/\r?\n/)).filter((line) => line.trim() !== '');
    // Longest first: one may be part of another.
    this.inside = lines.filter(({ length }) => length >= MIN_INSIDE).sort((a, b) => b.length - a.length);
    this.whole = new Set(lines);
    this.longest = this.inside[0]?.length ?? 0;
  }

  /** @param text one line, or a piece of one */
  hide(text: string): string {
    if (this.whole.has(text.trimEnd())) return text.replace(text.trimEnd(), () => SECRET);
    return this.inside.reduce((shown, secret) => shown.replaceAll(secret, () => SECRET), text);
  }
}

/** Beginning and end of a text that may be longer than what is kept. */
export class HeadAndTail {
  private head = '';
  private tail: string[] = [];
  private headBytes = 0;
  private tailBytes = 0;
  private dropped = 0;

  constructor(private readonly maxBytes: number) {}

  add(text: string): void {
    const bytes = Buffer.byteLength(text);
    if (this.tail.length === 0 && this.headBytes + bytes <= this.maxBytes / 2) {
      this.head += text;
      this.headBytes += bytes;
      return;
    }
    this.tail.push(text);
    this.tailBytes += bytes;
    while (this.tailBytes > this.maxBytes / 2 && this.tail.length > 1) {
      const size = Buffer.byteLength(this.tail.shift() ?? '');
      this.tailBytes -= size;
      this.dropped += size;
    }
  }

  get text(): string {
    const cut = this.dropped === 0 ? '' : `\n[… ${this.dropped} bytes are left out …]\n`;
    return this.head + cut + this.tail.join('');
  }
}

class Channel {
  private readonly decoder = new StringDecoder('utf8');
  readonly kept: HeadAndTail;
  private rest = '';

  constructor(
    private readonly masks: Masks,
    maxBytes: number,
    private readonly print: (text: string) => void,
  ) {
    this.kept = new HeadAndTail(maxBytes);
  }

  write(bytes: Buffer): void {
    const lines = (this.rest + this.decoder.write(bytes)).split('\n');
    this.rest = lines.pop() ?? '';
    let text = '';
    for (const line of lines) text += `${this.masks.hide(line)}\n`;
    if (this.rest.length > MAX_LINE) text += this.pieceOfRest();
    this.tell(text);
  }

  end(): void {
    const rest = this.rest + this.decoder.end();
    this.rest = '';
    this.tell(this.masks.hide(rest));
  }

  /** All but what may be the beginning of a secret. */
  private pieceOfRest(): string {
    const masked = this.masks.hide(this.rest);
    const end = masked.length - this.masks.longest;
    this.rest = masked.slice(end);
    return masked.slice(0, end);
  }

  private tell(text: string): void {
    if (text === '') return;
    this.kept.add(text);
    this.print(text);
  }
}

export class ContainerOutput {
  private readonly channels: Readonly<Record<OutputStream, Channel>>;

  /** @param maxBytes kept of each stream */
  constructor(
    secrets: readonly string[],
    maxBytes: number,
    print: (stream: OutputStream, text: string) => void,
  ) {
    const masks = new Masks(secrets);
    this.channels = {
      stdout: new Channel(masks, maxBytes, (text) => print('stdout', text)),
      stderr: new Channel(masks, maxBytes, (text) => print('stderr', text)),
    };
  }

  write(stream: OutputStream, bytes: Buffer): void {
    this.channels[stream].write(bytes);
  }

  end(): void {
    this.channels.stdout.end();
    this.channels.stderr.end();
  }

  text(stream: OutputStream): string {
    return this.channels[stream].kept.text;
  }
}
