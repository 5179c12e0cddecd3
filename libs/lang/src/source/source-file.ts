/** Line and column are 1-based, counted in code points; `position` is the code-point offset from 0. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly position: number;
}

/**
 * One text and its line table. Offsets everywhere else are UTF-16 offsets; this is the only place that turns them
 * into what people and stored definitions see.
 */
export class SourceFile {
  private lineStarts: number[] | null = null;
  private readonly plain: boolean;

  constructor(
    readonly name: string,
    readonly text: string,
  ) {
    // Without surrogates a code point is a UTF-16 unit and columns are plain differences.
    this.plain = !/[\ud800-\udfff]/.test(text);
  }

  get lineCount(): number {
    return this.lines().length;
  }

  /** Clamped to the text, so that any offset is a place. */
  placeAt(offset: number): Place {
    const at = Math.max(0, Math.min(offset, this.text.length));
    const line = this.lineIndexAt(at);
    const start = this.lines()[line] ?? 0;
    return {
      line: line + 1,
      column: this.codePoints(start, at) + 1,
      position: this.plain ? at : this.codePoints(0, at),
    };
  }

  /** UTF-8 bytes before the offset: what manifests store as `position`. */
  byteOffset(offset: number): number {
    let bytes = 0;
    const end = Math.min(offset, this.text.length);
    for (let i = 0; i < end; i++) {
      const unit = this.text.charCodeAt(i);
      if (unit < 0x80) bytes += 1;
      else if (unit < 0x800) bytes += 2;
      else if (unit >= 0xd800 && unit <= 0xdbff && i + 1 < this.text.length) {
        bytes += 4;
        i++;
      } else bytes += 3;
    }
    return bytes;
  }

  /** Text of a 1-based line without its line break. */
  lineText(line: number): string {
    const starts = this.lines();
    const start = starts[line - 1];
    if (start === undefined) return '';
    const next = starts[line];
    return this.text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, '');
  }

  lineIndexAt(offset: number): number {
    const starts = this.lines();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private lines(): number[] {
    if (this.lineStarts) return this.lineStarts;
    const starts = [0];
    for (let i = this.text.indexOf('\n'); i >= 0; i = this.text.indexOf('\n', i + 1)) starts.push(i + 1);
    this.lineStarts = starts;
    return starts;
  }

  private codePoints(from: number, to: number): number {
    if (this.plain) return to - from;
    let count = 0;
    for (let i = from; i < to; i++) {
      const unit = this.text.charCodeAt(i);
      // The second half of a pair does not count.
      if (unit >= 0xdc00 && unit <= 0xdfff && i > 0) {
        const before = this.text.charCodeAt(i - 1);
        if (before >= 0xd800 && before <= 0xdbff) continue;
      }
      count++;
    }
    return count;
  }
}
