/** Patterns of the RE2 family → tree. Look-around and back-references are refused. */

export class PatternError extends Error {}

export type Assertion = 'start' | 'end' | 'line-start' | 'line-end' | 'word' | 'not-word';

export type Node =
  /** One character; `source`: a class in the engine's syntax with the `v` flag. */
  | { readonly kind: 'set'; readonly source: string; readonly fold: boolean }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'seq'; readonly items: readonly Node[] }
  | { readonly kind: 'any-of'; readonly items: readonly Node[] }
  | { readonly kind: 'group'; readonly index: number; readonly item: Node }
  | {
      readonly kind: 'repeat';
      readonly item: Node;
      readonly min: number;
      /** Infinity for no limit. */
      readonly max: number;
      readonly greedy: boolean;
    };

export interface Pattern {
  readonly root: Node;
  /** Groups without the whole match. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

export const DIGIT = '\\p{Nd}';
export const WORD = '\\p{L}\\p{M}\\p{Nd}\\p{Pc}';
const SPACE = '\\p{White_Space}';
const CLASSES: Readonly<Record<string, string>> = { d: DIGIT, w: WORD, s: SPACE };

const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: '0-9A-Za-z',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\t\\n\\v\\f\\r\\u{20}',
  blank: '\\t\\u{20}',
  punct: '\\u{21}-\\u{2f}\\u{3a}-\\u{40}\\u{5b}-\\u{60}\\u{7b}-\\u{7e}',
  xdigit: '0-9A-Fa-f',
  word: '0-9A-Za-z_',
  cntrl: '\\x00-\\x1f\\x7f',
  print: '\\x20-\\x7e',
  graph: '\\x21-\\x7e',
  ascii: '\\x00-\\x7f',
};

const CONTROLS: Readonly<Record<string, number>> = { a: 7, t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 };

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  readonly U: boolean;
}

const MAX_DEPTH = 250;
/** Lengths are checked with them (`^.{1,5000}$`); what they multiply to is bounded where it is compiled. */
const MAX_REPEAT = 10_000;
const EMPTY: Node = { kind: 'seq', items: [] };

/** Every sign as its number, so that none can mean anything in the engine's syntax. */
const literal = (code: number): string =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
    ? String.fromCharCode(code)
    : `\\u{${code.toString(16)}}`;

export function parsePattern(text: string): Pattern {
  const parser = new Parser(text);
  const root = parser.document();
  return { root, groups: parser.groups, names: parser.names };
}

class Parser {
  groups = 0;
  readonly names = new Map<string, number>();
  private i = 0;
  private flags: Flags = { i: false, m: false, s: false, x: false, U: false };

  constructor(private readonly p: string) {}

  document(): Node {
    const root = this.alternatives(0);
    if (this.i < this.p.length) throw new PatternError(`unopened group at ${this.i}`);
    return root;
  }

  private alternatives(depth: number): Node {
    if (depth > MAX_DEPTH) throw new PatternError('nested too deeply');
    const branches: Node[][] = [[]];
    for (;;) {
      const c = this.p[this.i];
      if (c === undefined || c === ')') break;
      const last = branches[branches.length - 1] ?? [];
      if (c === '|') {
        this.i++;
        branches.push([]);
      } else {
        const one = this.item(c, depth);
        if (one !== null) last.push(this.quantified(one));
      }
    }
    const items = branches.map((list): Node => {
      const [only] = list;
      return list.length === 1 && only ? only : { kind: 'seq', items: list };
    });
    const [only] = items;
    return items.length === 1 ? (only ?? EMPTY) : { kind: 'any-of', items };
  }

  /** Null: nothing that matches (flags, white space under `x`). */
  private item(c: string, depth: number): Node | null {
    if (this.flags.x && this.skipSpace()) return null;
    if (c === '(') return this.parens(depth);
    this.i++;
    switch (c) {
      case '.':
        return this.set(this.flags.s ? '[\\s\\S]' : '[^\\n]');
      case '^':
        return { kind: 'assert', what: this.flags.m ? 'line-start' : 'start' };
      case '$':
        return { kind: 'assert', what: this.flags.m ? 'line-end' : 'end' };
      case '[':
        return this.set(this.charClass());
      case '\\':
        return this.escape();
      case '*':
      case '+':
      case '?':
        throw new PatternError('repetition operator missing expression');
      default: {
        const code = this.p.codePointAt(this.i - 1) ?? 0;
        if (code > 0xffff) this.i++;
        return this.set(`[${literal(code)}]`);
      }
    }
  }

  private set(source: string): Node {
    return { kind: 'set', source, fold: this.flags.i };
  }

  private skipSpace(): boolean {
    const m = /^(?:\s+|#[^\n]*)/.exec(this.p.slice(this.i));
    if (m) this.i += m[0].length;
    return m !== null;
  }

  // ---- groups ---------------------------------------------------------------------------------------------------------

  private parens(depth: number): Node | null {
    const rest = this.p.slice(this.i, this.i + 80);
    const switches = /^\(\?([imsxU]*(?:-[imsxU]+)?)\)/.exec(rest);
    if (switches && switches[1] !== '') {
      // From here to the end of the group.
      this.i += switches[0].length;
      this.flags = this.withFlags(switches[1] ?? '');
      return null;
    }
    const outer = this.flags;
    let index = 0;
    const named = /^\(\?P?<([A-Za-z_]\w*)>/.exec(rest);
    const scoped = /^\(\?([imsxU]*(?:-[imsxU]+)?):/.exec(rest);
    if (named) {
      index = ++this.groups;
      const name = named[1] ?? '';
      if (this.names.has(name)) throw new PatternError(`duplicate capture group name ${name}`);
      this.names.set(name, index);
      this.i += named[0].length;
    } else if (scoped) {
      this.flags = this.withFlags(scoped[1] ?? '');
      this.i += scoped[0].length;
    } else if (rest.startsWith('(?')) {
      throw new PatternError('look-around and other extensions are not supported');
    } else {
      index = ++this.groups;
      this.i++;
    }
    const item = this.alternatives(depth + 1);
    if (this.p[this.i] !== ')') throw new PatternError('unclosed group');
    this.i++;
    this.flags = outer;
    return index === 0 ? item : { kind: 'group', index, item };
  }

  private withFlags(text: string): Flags {
    const next: Record<string, boolean> = { ...this.flags };
    let on = true;
    for (const c of text) {
      if (c === '-') on = false;
      else next[c] = on;
    }
    const is = (c: string): boolean => next[c] === true;
    return { i: is('i'), m: is('m'), s: is('s'), x: is('x'), U: is('U') };
  }

  private quantified(item: Node): Node {
    if (this.flags.x) while (this.skipSpace());
    const m = /^(?:([*+?])|\{(\d{1,5})(?:(,)(\d{0,5}))?\})(\?)?/.exec(this.p.slice(this.i, this.i + 16));
    if (!m) return item;
    this.i += m[0].length;
    const [, sign, low, comma, high, lazy] = m;
    const min = sign === undefined ? Number(low) : sign === '+' ? 1 : 0;
    const open = sign === undefined ? comma !== undefined && high === '' : sign !== '?';
    const max = open ? Infinity : sign === '?' ? 1 : Number(high ?? low);
    if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) {
      throw new PatternError('repetition count too large');
    }
    if (max < min) throw new PatternError('invalid repetition count range');
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(this.p.slice(this.i, this.i + 16))) {
      throw new PatternError('invalid nested repetition operator');
    }
    return { kind: 'repeat', item, min, max, greedy: (lazy === undefined) !== this.flags.U };
  }

  // ---- escapes and classes --------------------------------------------------------------------------------------------

  private escape(): Node {
    const c = this.p[this.i];
    switch (c) {
      case 'b':
      case 'B':
        this.i++;
        return { kind: 'assert', what: c === 'b' ? 'word' : 'not-word' };
      case 'A':
      case 'z':
        this.i++;
        return { kind: 'assert', what: c === 'A' ? 'start' : 'end' };
      default:
        if (c !== undefined && /[1-9]/.test(c)) throw new PatternError('back-references are not supported');
        return this.set(`[${this.classEscape().source}]`);
    }
  }

  /** What follows a backslash, as part of a class; its number when it is one character. */
  private classEscape(): { readonly source: string; readonly code: number | null } {
    const c = this.p[this.i++];
    if (c === undefined) throw new PatternError('trailing backslash');
    const lower = c.toLowerCase();
    const known = CLASSES[lower];
    if (known !== undefined) return { source: c === lower ? known : `[^${known}]`, code: null };
    if (lower === 'p') return { source: this.property(c), code: null };
    if (c === 'x' || c === 'u') return this.one(this.hex(c));
    const control = CONTROLS[c];
    if (control !== undefined) return this.one(control);
    if (/[A-Za-z0-9]/.test(c)) throw new PatternError(`unrecognized escape sequence \\${c}`);
    const code = this.p.codePointAt(this.i - 1) ?? 0;
    if (code > 0xffff) this.i++;
    return this.one(code);
  }

  private one(code: number): { readonly source: string; readonly code: number } {
    return { source: literal(code), code };
  }

  private property(c: string): string {
    const m = /^(?:\{(\^?)([\w=]{1,50})\}|([A-Za-z]))/.exec(this.p.slice(this.i, this.i + 60));
    if (!m) throw new PatternError('invalid Unicode property');
    this.i += m[0].length;
    const name = m[2] ?? m[3] ?? '';
    const negated = (m[1] === '^') !== (c === 'P');
    for (const form of [name, `Script=${name}`]) {
      try {
        new RegExp(`\\p{${form}}`, 'v');
        return `\\${negated ? 'P' : 'p'}{${form}}`;
      } catch {
        // Not a property of that kind; perhaps a script.
      }
    }
    throw new PatternError(`unknown Unicode property ${name}`);
  }

  private hex(kind: string): number {
    const m = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})?)/.exec(
      this.p.slice(this.i, this.i + 10),
    );
    const digits = m?.[1] ?? (kind === 'x' ? m?.[2] : m?.[3] === undefined ? undefined : `${m[2]}${m[3]}`);
    if (!m || digits === undefined) throw new PatternError(`invalid escape sequence \\${kind}`);
    this.i += m[1] === undefined ? digits.length : m[0].length;
    const code = parseInt(digits, 16);
    if (code > 0x10ffff) throw new PatternError(`invalid escape sequence \\${kind}`);
    return code;
  }

  private charClass(): string {
    let out = '[';
    if (this.p[this.i] === '^') {
      out += '^';
      this.i++;
    }
    for (let first = true; ; first = false) {
      const c = this.p[this.i];
      if (c === undefined) throw new PatternError('missing closing ]');
      if (c === ']' && !first) {
        this.i++;
        return `${out}]`;
      }
      const posix = /^\[:(\^?)(\w+):\]/.exec(this.p.slice(this.i, this.i + 14));
      if (posix) {
        const set = POSIX[posix[2] ?? ''];
        if (set === undefined) throw new PatternError('invalid character class');
        out += posix[1] === '^' ? `[^${set}]` : set;
        this.i += posix[0].length;
        continue;
      }
      out += this.range();
    }
  }

  private range(): string {
    const low = this.classItem();
    const dash = this.p[this.i] === '-' && this.p[this.i + 1] !== ']' && this.p[this.i + 1] !== undefined;
    if (!dash || low.code === null) return low.source;
    this.i++;
    const high = this.classItem();
    if (high.code === null || high.code < low.code) throw new PatternError('invalid character class range');
    return `${low.source}-${high.source}`;
  }

  private classItem(): { readonly source: string; readonly code: number | null } {
    const code = this.p.codePointAt(this.i) ?? 0;
    this.i += code > 0xffff ? 2 : 1;
    return code === 92 ? this.classEscape() : this.one(code);
  }
}
