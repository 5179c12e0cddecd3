/** XML → elements: bounded, without namespaces, without anything external. */
import { trimOf } from './trim';

export interface Element {
  readonly tag: string;
  readonly attrs: readonly (readonly [string, string])[];
  readonly content: readonly (string | Element)[];
}

export class XmlError extends Error {}

const MAX_DEPTH = 200;
const MAX_ATTRS = 1024;
const MAX_ATTR_CHARS = 1024 * 1024;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

interface Open {
  readonly tag: string;
  readonly attrs: readonly (readonly [string, string])[];
  readonly content: (string | Element)[];
}

const NAME = /[A-Za-z_:\u0080-\uffff][A-Za-z0-9_:.\-\u0080-\uffff]*/y;
const ATTRIBUTE = /\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const SPACE = /[ \t\r\n]*/y;

/** `bill` hears of every element. Throws XmlError. */
export function parseXml(text: string, bill: () => void): Element {
  return new XmlParser(text.startsWith('\ufeff') ? text.slice(1) : text, bill).document();
}

class XmlParser {
  private i = 0;
  private readonly open: Open[] = [];
  private root: Element | null = null;

  constructor(
    private readonly text: string,
    private readonly bill: () => void,
  ) {}

  document(): Element {
    const { text } = this;
    while (this.i < text.length) {
      const at = text.indexOf('<', this.i);
      this.characters(text.slice(this.i, at < 0 ? text.length : at));
      if (at < 0) break;
      this.i = at;
      this.markup();
    }
    const left = this.open.at(-1);
    if (left) throw new XmlError(`element <${left.tag}> is not closed`);
    if (this.root === null) throw new XmlError('No root element found');
    return this.root;
  }

  private characters(raw: string): void {
    const trimmed = trimOf(raw, ' \t\r\n');
    if (trimmed === '') return;
    this.add(decode(trimmed));
  }

  private add(text: string): void {
    const parent = this.open.at(-1);
    if (!parent) throw new XmlError('text outside of the root element');
    if (text !== '') parent.content.push(text);
  }

  private markup(): void {
    const { text, i } = this;
    if (text.startsWith('<!--', i)) this.skipTo('-->', 4);
    else if (text.startsWith('<![CDATA[', i)) {
      const end = this.skipTo(']]>', 9);
      this.add(text.slice(i + 9, end));
    } else if (text.startsWith('<?', i)) this.skipTo('?>', 2);
    else if (text.startsWith('<!', i)) this.doctype();
    else if (text.startsWith('</', i)) this.close();
    else this.start();
  }

  /** Past the end mark; where that began. */
  private skipTo(mark: string, from: number): number {
    const end = this.text.indexOf(mark, this.i + from);
    if (end < 0) throw new XmlError(`expected ${mark}`);
    this.i = end + mark.length;
    return end;
  }

  /** Declarations in brackets may hold `>`. What they declare is not known afterwards. */
  private doctype(): void {
    if (this.root !== null || this.open.length > 0) throw new XmlError('unexpected declaration');
    const m = /<!DOCTYPE(?:[^[>"']|"[^"]*"|'[^']*')*(?:\[(?:[^\]"']|"[^"]*"|'[^']*')*\]\s*)?>/y;
    m.lastIndex = this.i;
    if (m.exec(this.text) === null) throw new XmlError('malformed declaration');
    this.i = m.lastIndex;
  }

  private name(): string {
    NAME.lastIndex = this.i;
    const m = NAME.exec(this.text);
    if (!m) throw new XmlError('expected a name');
    this.i = NAME.lastIndex;
    return m[0];
  }

  private space(): boolean {
    SPACE.lastIndex = this.i;
    const found = SPACE.exec(this.text)?.[0].length ?? 0;
    this.i += found;
    return found > 0;
  }

  private close(): void {
    this.i += 2;
    const tag = this.name();
    this.space();
    if (this.text[this.i++] !== '>') throw new XmlError(`malformed end of <${tag}>`);
    const open = this.open.pop();
    if (open?.tag !== tag) {
      throw new XmlError(open ? `expected </${open.tag}>, found </${tag}>` : `unexpected </${tag}>`);
    }
    this.finish(open);
  }

  private finish(open: Open): void {
    const parent = this.open.at(-1);
    if (parent) parent.content.push(open);
    else this.root = open;
  }

  private start(): void {
    this.i++;
    if (this.root !== null) throw new XmlError('more than one root element');
    this.bill();
    const tag = this.name();
    const attrs: (readonly [string, string])[] = [];
    const names = new Set<string>();
    let chars = 0;
    for (;;) {
      const spaced = this.space();
      const c = this.text[this.i];
      if (c === '>' || c === '/') break;
      if (c === undefined || !spaced) throw new XmlError(`malformed start of <${tag}>`);
      const [name, value] = this.attribute();
      if (names.has(name)) throw new XmlError(`attribute ${name} is given twice`);
      names.add(name);
      chars += name.length + value.length;
      if (names.size > MAX_ATTRS) throw new XmlError(`XML element exceeds attribute count (${MAX_ATTRS})`);
      if (chars > MAX_ATTR_CHARS)
        throw new XmlError(`XML element exceeds attribute size (${MAX_ATTR_CHARS})`);
      attrs.push([name, value]);
    }
    const open: Open = { tag, attrs, content: [] };
    if (this.text[this.i] === '/') {
      if (this.text[this.i + 1] !== '>') throw new XmlError(`malformed start of <${tag}>`);
      this.i += 2;
      this.finish(open);
      return;
    }
    this.i++;
    if (this.open.push(open) > MAX_DEPTH) throw new XmlError(`nesting depth exceeds ${MAX_DEPTH} levels`);
  }

  private attribute(): readonly [string, string] {
    const name = this.name();
    ATTRIBUTE.lastIndex = this.i;
    const m = ATTRIBUTE.exec(this.text);
    if (!m) throw new XmlError(`attribute ${name} has no value in quotes`);
    this.i = ATTRIBUTE.lastIndex;
    return [name, decode(m[1] ?? m[2] ?? '')];
  }
}

function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,32}))?;?/g, (whole, decimal, hex, name) => {
    if (whole.endsWith(';')) {
      if (typeof name === 'string' && Object.hasOwn(ENTITIES, name)) return ENTITIES[name] ?? '';
      const code =
        typeof decimal === 'string' ? Number(decimal) : typeof hex === 'string' ? parseInt(hex, 16) : 0;
      if (isChar(code)) return String.fromCodePoint(code);
    }
    throw new XmlError(`unknown entity ${whole}`);
  });
}

const isChar = (code: number): boolean =>
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code >= 0x20 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
