/**
 * What a program prints. Lines travel inside the run's trace, so that printing costs no statement of its own:
 *
 *   ["l", epochMs, 1 out | 2 err, text]     one call of a printing function, secrets masked by the runtime
 *   ["x", texts, bytes]                     at the end: what was left out
 */
export const LOG_OUT = 1;
export const LOG_ERR = 2;

/** One print of a document must not take the place of all others. */
const MAX_TEXT_BYTES = 64 * 1024;

export class RunLog {
  private kept = 0;
  private droppedTexts = 0;
  private droppedBytes = 0;

  /** @param maxBytes of text, UTF-8; what comes beyond is counted only */
  constructor(private readonly maxBytes: number) {}

  /** A line of the trace, or null when it is left out. @param payload JSON `{"stream":"out"|"err","text":…}` */
  line(payload: string, nowMs: number): string | null {
    const print = readPrint(payload);
    if (print === null) return null;
    const bytes = Buffer.byteLength(print.text);
    if (this.kept + Math.min(bytes, MAX_TEXT_BYTES) > this.maxBytes) {
      this.droppedTexts += 1;
      this.droppedBytes += bytes;
      return null;
    }
    const text = bytes <= MAX_TEXT_BYTES ? print.text : head(print.text);
    const kept = text === print.text ? bytes : Buffer.byteLength(text);
    this.kept += kept;
    this.droppedBytes += bytes - kept;
    return `["l",${Math.round(nowMs)},${print.stream},${JSON.stringify(text)}]\n`;
  }

  /** The line that says what was left out; empty when nothing was. */
  end(): string {
    if (this.droppedBytes === 0 && this.droppedTexts === 0) return '';
    return `["x",${this.droppedTexts},${this.droppedBytes}]\n`;
  }
}

/** At most the limit, and never half a character. */
function head(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  let end = MAX_TEXT_BYTES;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** Null for what is no print: it comes from where programs run. */
function readPrint(payload: string): { readonly stream: 1 | 2; readonly text: string } | null {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string')
    return null;
  return { stream: 'stream' in value && value.stream === 'err' ? LOG_ERR : LOG_OUT, text: value.text };
}
