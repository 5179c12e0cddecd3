/** What the bytes of a block stand for: numbers, texts and values, one after the other. See format.ts. */
import { Tag } from './format';

/** A block that ends in the middle of something, or is none. */
export class BrokenBlock extends Error {}

const PIECE = 4096;
const CUT = '{"$truncated":true';

export class BlockBytes {
  at = 0;
  /** JSON of the keys, colons included, by number of the shape. */
  private readonly shapes: (readonly string[] | undefined)[] = [];
  /** JSON of the names, by number of the type. */
  private readonly types: (string | undefined)[] = [];
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const b = this.bytes[this.at++];
    if (b === undefined) throw new BrokenBlock();
    return b;
  }

  number(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const b = this.byte();
      value += (b & 127) * unit;
      if (b < 128) return value;
    }
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  text(): string {
    const tag = this.byte();
    if (tag < Tag.Text && tag !== Tag.Ascii && tag !== Tag.Wide) throw new BrokenBlock();
    return this.textOf(tag);
  }

  /** JSON of the next value. */
  json(): string {
    const out: string[] = [];
    this.value(out);
    return out.join('');
  }

  /** Goes on behind the next value; what it tells of shapes and types is remembered. */
  skip(): void {
    this.value(null);
  }

  /** Where so many bytes begin, which have been read then. */
  private take(length: number): number {
    const { at } = this;
    if (length > this.bytes.length - at) throw new BrokenBlock();
    this.at = at + length;
    return at;
  }

  private textOf(tag: number): string {
    if (tag === Tag.Wide) return this.wide();
    const length = tag === Tag.Ascii ? this.number() : tag - Tag.Text;
    const from = this.take(length);
    let text = '';
    for (let i = 0; i < length; i += PIECE) {
      text += String.fromCharCode(...this.bytes.subarray(from + i, from + Math.min(length, i + PIECE)));
    }
    return text;
  }

  private wide(): string {
    const length = this.number();
    const from = this.take(length * 2);
    let text = '';
    for (let i = 0; i < length; i += PIECE) {
      const units = Array.from({ length: Math.min(PIECE, length - i) }, (_, k) =>
        this.view.getUint16(from + (i + k) * 2, true),
      );
      text += String.fromCharCode(...units);
    }
    return text;
  }

  private skipText(tag: number): void {
    if (tag >= Tag.Text) this.take(tag - Tag.Text);
    else this.take(this.number() * (tag === Tag.Wide ? 2 : 1));
  }

  /** @param out takes the JSON piece by piece; null: nobody wants it */
  private value(out: string[] | null): void {
    const tag = this.byte();
    if (tag < Tag.Int14) out?.push(String(tag));
    else if (tag < Tag.Int32) {
      const n = ((tag & 63) << 8) | this.byte();
      out?.push(String(n));
    } else if (tag >= Tag.Text || tag === Tag.Ascii || tag === Tag.Wide) {
      if (out === null) this.skipText(tag);
      else out.push(JSON.stringify(this.textOf(tag)));
    } else this.other(tag, out);
  }

  private other(tag: number, out: string[] | null): void {
    switch (tag) {
      case Tag.Int32: {
        const at = this.take(4);
        out?.push(String(this.view.getInt32(at, true)));
        return;
      }
      case Tag.Float: {
        const at = this.take(8);
        out?.push(String(this.view.getFloat64(at, true)));
        return;
      }
      case Tag.Null:
        out?.push('null');
        return;
      case Tag.True:
        out?.push('true');
        return;
      case Tag.False:
        out?.push('false');
        return;
      case Tag.Json:
        if (out === null) this.skipText(this.byte());
        else out.push(this.text());
        return;
      case Tag.Vec:
        this.vec(out);
        return;
      case Tag.Map:
        this.map(this.shapes[this.number()], out);
        return;
      case Tag.NewMap:
        this.map(this.newShape(), out);
        return;
      case Tag.NewType: {
        const type = this.number();
        this.types[type] = JSON.stringify(this.text());
        this.value(out);
        return;
      }
      case Tag.Tagged:
        if (out === null) this.number();
        else out.push(`{"$type":${this.typeName()},"$val":`);
        this.value(out);
        out?.push('}');
        return;
      case Tag.Unit:
        if (out === null) this.number();
        else out.push(`{"$type":${this.typeName()}}`);
        return;
      case Tag.Cut: {
        const size = this.number();
        out?.push(`${CUT},"size":${size}}`);
        return;
      }
      case Tag.Deep:
        out?.push(`${CUT}}`);
        return;
      case Tag.Secret:
        out?.push('"<secret>"');
        return;
      default:
        throw new BrokenBlock();
    }
  }

  private typeName(): string {
    const name = this.types[this.number()];
    if (name === undefined) throw new BrokenBlock();
    return name;
  }

  private vec(out: string[] | null): void {
    const length = this.number();
    out?.push('[');
    for (let i = 0; i < length; i++) {
      if (i > 0) out?.push(',');
      this.value(out);
    }
    out?.push(']');
  }

  private newShape(): readonly string[] {
    const shape = this.number();
    const length = this.number();
    const keys: string[] = [];
    for (let i = 0; i < length; i++) keys.push(`${JSON.stringify(this.text())}:`);
    return (this.shapes[shape] = keys);
  }

  private map(keys: readonly string[] | undefined, out: string[] | null): void {
    if (keys === undefined) throw new BrokenBlock();
    out?.push('{');
    for (let i = 0; i < keys.length; i++) {
      out?.push(i > 0 ? `,${keys[i] ?? ''}` : (keys[i] ?? ''));
      this.value(out);
    }
    out?.push('}');
  }
}
