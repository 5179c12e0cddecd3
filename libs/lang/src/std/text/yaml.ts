/**
 * The YAML that front matter is written in: block and flow collections, all scalar styles, comments. Anchors are read
 * over and aliases are null; complex keys (`? `) are refused.
 */
import { HotMap, MapBuilder } from '../../runtime/hot-map';
import type { Value } from '../../runtime/values';
import { doubleQuoted, plainScalar, singleQuoted, YamlError } from './yaml-scalars';

const MAX_DEPTH = 100;
const PROPERTY = /^(?:[&!][^\s,[\]{}]*)(?:\s+|$)/;
/** A plain key may hold blanks, so only quoted ones need `\s*`: elsewhere it would cost the square of a line of blanks. */
const KEY =
  /^(?:(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*|(?:[^\s"'[\]{},#&*!|>%@`-]|-(?=[^\s]))(?:[^:#]|:(?=\S)|(?<=\S)#)*?):(?=\s|$)/;

/** `bill` hears of every line. Throws YamlError. */
export function parseYaml(text: string, bill: () => void): Value {
  return new YamlParser(text.replace(/\r\n?/g, '\n'), bill).document();
}

class YamlParser {
  private readonly lines: readonly string[];
  private line = 0;
  private col = 0;
  private depth = 0;

  constructor(
    text: string,
    private readonly bill: () => void,
  ) {
    this.lines = text.replace(/\n$/, '').split('\n');
  }

  document(): Value {
    this.settle();
    while (this.rest().startsWith('%')) this.next();
    if (this.col === 0 && /^---(?:\s|$)/.test(this.rest())) {
      this.col = 3;
      this.blanks();
      if (this.atEnd()) this.next();
    }
    if (this.done()) return null;
    const value = this.node(-1);
    if (!this.done()) throw this.error('unexpected content');
    return value;
  }

  // ---- places -----------------------------------------------------------------------------------------------------------

  private error(what: string): YamlError {
    return new YamlError(`${what} at line ${this.line + 1} column ${this.col + 1}`);
  }

  private rest(): string {
    return (this.lines[this.line] ?? '').slice(this.col);
  }

  /** The end of the text, or the mark of a document's end. */
  private done(): boolean {
    return this.line >= this.lines.length || (this.col === 0 && /^(?:\.\.\.|---)(?:\s|$)/.test(this.rest()));
  }

  private next(): void {
    this.line++;
    this.settle();
  }

  /** To the next line with content, at its first sign. */
  private settle(): void {
    for (; this.line < this.lines.length; this.line++) {
      this.bill();
      const m = /^ *(?=[^\s#])/.exec(this.lines[this.line] ?? '');
      if (m) {
        this.col = m[0].length;
        return;
      }
      if (/^ *\t\s*[^\s#]/.test(this.lines[this.line] ?? '')) throw this.error('tabs must not indent');
    }
    this.col = 0;
  }

  private blanks(): void {
    this.col += /^[ \t]*/.exec(this.rest())?.[0].length ?? 0;
  }

  /** Nothing but a comment is left of the line. */
  private atEnd(): boolean {
    const line = this.lines[this.line] ?? '';
    const rest = this.rest();
    return rest === '' || (rest.startsWith('#') && (this.col === 0 || /\s/.test(line[this.col - 1] ?? ' ')));
  }

  private endLine(): void {
    this.blanks();
    if (!this.atEnd()) throw this.error('unexpected content');
    this.next();
  }

  // ---- nodes ------------------------------------------------------------------------------------------------------------

  /** At content that is indented more than its parent. */
  private node(parent: number): Value {
    if (++this.depth > MAX_DEPTH) throw this.error('nested too deeply');
    const value = this.nodeHere(parent);
    this.depth--;
    return value;
  }

  private nodeHere(parent: number): Value {
    const isText = this.properties();
    if (this.atEnd()) {
      this.next();
      return this.done() || this.col <= parent ? null : this.node(parent);
    }
    const rest = this.rest();
    if (/^-(?:\s|$)/.test(rest)) return this.sequence(this.col);
    if (/^\?(?:\s|$)/.test(rest)) throw this.error('complex keys are not supported');
    if (KEY.test(rest)) return this.mapping(this.col);
    return this.scalar(parent, isText);
  }

  /** Anchors and tags; whether the tag says that it is text. */
  private properties(): boolean {
    let isText = false;
    for (let m = PROPERTY.exec(this.rest()); m; m = PROPERTY.exec(this.rest())) {
      isText ||= m[0].trim() === '!!str';
      this.col += m[0].length;
    }
    return isText;
  }

  private sequence(indent: number): Value {
    const out: Value[] = [];
    while (!this.done() && this.col === indent && /^-(?:\s|$)/.test(this.rest())) {
      this.col++;
      this.blanks();
      out.push(this.valueOf(indent, false));
    }
    if (!this.done() && this.col > indent) throw this.error('bad indentation of a sequence entry');
    return out;
  }

  /** What follows a `-` or a `:`. */
  private valueOf(indent: number, inMapping: boolean): Value {
    if (!this.atEnd()) return inMapping ? this.inline(indent) : this.node(indent);
    this.next();
    if (this.done()) return null;
    // A list may stand as far left as the key it belongs to.
    const flush = inMapping && this.col === indent && /^-(?:\s|$)/.test(this.rest());
    if (flush) return this.sequence(indent);
    return this.col > indent ? this.node(indent) : null;
  }

  /** A value on the line of its key: no block collection can begin there. */
  private inline(indent: number): Value {
    const isText = this.properties();
    if (this.atEnd()) return this.valueOf(indent, true);
    if (/^-(?:\s|$)/.test(this.rest())) throw this.error('a list must begin on a line of its own');
    return this.scalar(indent, isText);
  }

  private mapping(indent: number): Value {
    const out = new MapBuilder();
    while (!this.done() && this.col === indent) {
      const m = KEY.exec(this.rest());
      if (!m) throw this.error('expected a key');
      const key = keyText(m[0].slice(0, -1).trim());
      if (out.get(key) !== undefined) throw this.error(`duplicate key ${key}`);
      this.col += m[0].length;
      this.blanks();
      out.set(key, this.valueOf(indent, true));
    }
    if (!this.done() && this.col > indent) throw this.error('bad indentation of a mapping entry');
    return out.done();
  }

  // ---- scalars ----------------------------------------------------------------------------------------------------------

  private scalar(parent: number, isText: boolean): Value {
    const rest = this.rest();
    switch (rest[0]) {
      case '"':
      case "'": {
        const text = this.quoted();
        this.endLine();
        return text;
      }
      case '|':
      case '>':
        return this.block(parent);
      case '[':
      case '{': {
        const value = this.flow();
        this.endLine();
        return value;
      }
      case '*':
        this.col += /^\*\S*/.exec(rest)?.[0].length ?? 1;
        this.endLine();
        return null;
      default:
        if (/^[%@`,\]}]/.test(rest)) throw this.error(`unexpected '${rest[0] ?? ''}'`);
        return this.plain(parent, isText);
    }
  }

  private plain(parent: number, isText: boolean): Value {
    let text = this.plainLine();
    for (;;) {
      const at = this.line;
      const comment = this.rest().trim() !== '';
      this.next();
      if (this.done() || this.col <= parent || comment) break;
      const between = this.line - at - 1;
      // A comment between two lines ends the scalar.
      if (this.lines.slice(at + 1, this.line).some((line) => line.trim() !== '')) break;
      if (KEY.test(this.rest())) throw this.error('a key is not allowed here');
      text += (between === 0 ? ' ' : '\n'.repeat(between)) + this.plainLine();
    }
    return isText ? text : plainScalar(text);
  }

  /** Up to a comment; the place stays there. */
  private plainLine(): string {
    const rest = this.rest();
    const end = /\s#|:(?:\s|$)/.exec(rest);
    if (end?.[0].startsWith(':') === true) throw this.error('a key is not allowed here');
    const text = end ? rest.slice(0, end.index) : rest;
    this.col += text.length;
    return text.trim();
  }

  /** Quoted text that may go over lines; the place is behind it. */
  private quoted(): string {
    const mark = this.rest()[0] ?? '"';
    const end = mark === '"' ? /^(?:[^"\\]|\\.)*"/ : /^(?:[^']|'')*'(?!')/;
    this.col++;
    let raw = '';
    for (let first = true; ; first = false) {
      if (this.line >= this.lines.length) throw new YamlError('a quoted text has no end');
      const rest = first ? this.rest() : this.rest().trimStart();
      const m = end.exec(rest);
      if (m) {
        this.col = (this.lines[this.line] ?? '').length - rest.length + m[0].length;
        raw += m[0].slice(0, -1);
        return mark === '"' ? doubleQuoted(raw) : singleQuoted(raw);
      }
      raw += `${rest}\n`;
      this.line++;
      this.col = 0;
      this.bill();
    }
  }

  private block(parent: number): Value {
    const m = /^([|>])(?:([-+])?([1-9])?|([1-9])([-+])?)[ \t]*(?:\s#.*)?$/.exec(this.rest());
    if (!m) throw this.error('malformed block text');
    const fold = m[1] === '>';
    const chomp = m[2] ?? m[5];
    const given = m[3] ?? m[4];
    let indent = given === undefined ? -1 : Math.max(parent, 0) + Number(given);
    const out: string[] = [];
    for (this.line++; this.line < this.lines.length; this.line++) {
      this.bill();
      const line = this.lines[this.line] ?? '';
      const own = /^ */.exec(line)?.[0].length ?? 0;
      if (own === line.length) {
        out.push(indent >= 0 && own > indent ? line.slice(indent) : '');
        continue;
      }
      if (indent < 0 && own > parent) indent = own;
      if (own < indent || own <= parent) break;
      out.push(line.slice(indent));
    }
    this.settle();
    let end = out.length;
    while (end > 0 && out[end - 1] === '') end--;
    const body = fold ? foldLines(out.slice(0, end)) : out.slice(0, end).join('\n');
    if (chomp === '-' || (end === 0 && chomp !== '+')) return body;
    return chomp === '+' ? `${body}\n${'\n'.repeat(out.length - end)}` : `${body}\n`;
  }

  // ---- flow -------------------------------------------------------------------------------------------------------------

  /** Over blanks, comments and line ends inside of brackets. */
  private gap(): void {
    this.blanks();
    while (this.atEnd()) {
      this.line++;
      if (this.line >= this.lines.length) throw new YamlError('a bracket is not closed');
      this.bill();
      this.col = 0;
      this.blanks();
    }
  }

  private flow(): Value {
    if (++this.depth > MAX_DEPTH) throw this.error('nested too deeply');
    const isMap = this.rest().startsWith('{');
    this.col++;
    const value = isMap ? this.flowMap() : this.flowList();
    this.depth--;
    return value;
  }

  private flowList(): Value {
    const out: Value[] = [];
    for (this.gap(); !this.rest().startsWith(']'); this.gap()) {
      const one = this.flowValue();
      this.gap();
      // A single pair: `[a: 1]`.
      out.push(
        /^:(?:[\s,[\]{}]|$)/.test(this.rest()) ? HotMap.of([[textOfKey(one), this.pairValue()]]) : one,
      );
      this.separator(']');
    }
    this.col++;
    return out;
  }

  private flowMap(): Value {
    const out = new MapBuilder();
    for (this.gap(); !this.rest().startsWith('}'); this.gap()) {
      const key = textOfKey(this.flowValue());
      this.gap();
      if (out.get(key) !== undefined) throw this.error(`duplicate key ${key}`);
      out.set(key, this.rest().startsWith(':') ? this.pairValue() : null);
      this.separator('}');
    }
    this.col++;
    return out.done();
  }

  private pairValue(): Value {
    this.col++;
    this.gap();
    return /^[,\]}]/.test(this.rest()) ? null : this.flowValue();
  }

  private separator(close: string): void {
    this.gap();
    if (this.rest().startsWith(',')) this.col++;
    else if (!this.rest().startsWith(close)) throw this.error(`expected ',' or '${close}'`);
  }

  private flowValue(): Value {
    const isText = this.properties();
    const rest = this.rest();
    if (rest.startsWith('"') || rest.startsWith("'")) return this.quoted();
    if (rest.startsWith('[') || rest.startsWith('{')) return this.flow();
    const m = /^(?:[^\s,[\]{}:#]|:(?=[^\s,[\]{}])|[ \t]+(?=[^\s,[\]{}:#])|(?<=\S)#)*/.exec(rest);
    const text = m?.[0] ?? '';
    if (text === '' && !rest.startsWith(':')) throw this.error('expected a value');
    this.col += text.length;
    if (text.startsWith('*')) return null;
    return isText ? text : plainScalar(text.trim());
  }
}

function keyText(raw: string): string {
  if (raw.startsWith('"')) return doubleQuoted(raw.slice(1, -1));
  return raw.startsWith("'") ? singleQuoted(raw.slice(1, -1)) : raw;
}

const textOfKey = (v: Value): string => (typeof v === 'string' ? v : v === null ? '' : String(v));

/** Lines of `>` are joined by blanks, but not around those that are indented more. */
function foldLines(lines: readonly string[]): string {
  let out = '';
  let empty = 0;
  let apart = false;
  lines.forEach((line) => {
    if (line === '') {
      empty++;
      return;
    }
    const more = /^[ \t]/.test(line);
    if (out === '') out = '\n'.repeat(empty);
    else if (apart || more) out += '\n'.repeat(empty + 1);
    else out += empty > 0 ? '\n'.repeat(empty) : ' ';
    out += line;
    empty = 0;
    apart = more;
  });
  return out;
}
