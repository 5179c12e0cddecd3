/** Patterns of the RE2 family → JavaScript with the `u` flag. Look-around and back-references are refused. */

export class PatternError extends Error {}

const CLASSES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  w: '\\p{L}\\p{M}\\p{Nd}\\p{Pc}',
  s: '\\p{White_Space}',
};
const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: '0-9A-Za-z',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\t\\n\\v\\f\\r ',
  blank: '\\t ',
  punct: '!-\\/:-@\\[-`\\{-~',
  xdigit: '0-9A-Fa-f',
  word: '0-9A-Za-z_',
  cntrl: '\\x00-\\x1f\\x7f',
  print: '\\x20-\\x7e',
  graph: '\\x21-\\x7e',
  ascii: '\\x00-\\x7f',
};
const WORD = '[\\p{L}\\p{M}\\p{Nd}\\p{Pc}]';
const BOUNDARY = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;
const NO_BOUNDARY = `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`;

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  readonly U: boolean;
}

export function translate(pattern: string): { readonly source: string; readonly flags: string } {
  const t = new Translator(pattern);
  return { source: t.run(), flags: t.global.i ? 'ui' : 'u' };
}

class Translator {
  private i = 0;
  private flags: Flags = { i: false, m: false, s: false, x: false, U: false };
  global: Flags = this.flags;

  constructor(private readonly p: string) {}

  run(): string {
    // Flags at the start hold for the whole pattern; `i` there becomes a flag of the expression.
    const lead = /^\(\?([imsxU]+)\)/.exec(this.p);
    if (lead) {
      this.flags = this.with(lead[1] ?? '');
      this.i = lead[0].length;
    }
    this.global = this.flags;
    const out = this.alternatives(0);
    if (this.i < this.p.length) throw new PatternError(`unopened group at ${this.i}`);
    return out;
  }

  private with(text: string): Flags {
    const next: Record<string, boolean> = { ...this.flags };
    let on = true;
    for (const c of text) {
      if (c === '-') on = false;
      else if (c in next) next[c] = on;
      else throw new PatternError(`unknown flag ${c}`);
    }
    return {
      i: next['i'] === true,
      m: next['m'] === true,
      s: next['s'] === true,
      x: next['x'] === true,
      U: next['U'] === true,
    };
  }

  private alternatives(depth: number): string {
    if (depth > 250) throw new PatternError('nested too deeply');
    let out = '';
    let closing = '';
    while (this.i < this.p.length) {
      const c = this.p[this.i] ?? '';
      if (c === ')') break;
      if (c === '(') {
        const inline = /^\(\?([imsxU-]+)\)/.exec(this.p.slice(this.i, this.i + 20));
        if (inline) {
          // From here to the end of the group.
          this.i += inline[0].length;
          const before = this.flags.i;
          this.flags = this.with(inline[1] ?? '');
          if (this.flags.i !== before) {
            out += this.flags.i ? '(?i:' : '(?-i:';
            closing += ')';
          }
          continue;
        }
        out += this.group(depth) + this.quantifier();
        continue;
      }
      out += this.one(c);
    }
    return out + closing;
  }

  private group(depth: number): string {
    const rest = this.p.slice(this.i, this.i + 80);
    const outer = this.flags;
    let head = '(';
    const named = /^\(\?P?<([A-Za-z_]\w*)>/.exec(rest);
    const scoped = /^\(\?([imsxU-]*):/.exec(rest);
    if (named) {
      head = `(?<${named[1] ?? ''}>`;
      this.i += named[0].length;
    } else if (scoped) {
      this.flags = this.with(scoped[1] ?? '');
      head = this.flags.i === outer.i ? '(?:' : this.flags.i ? '(?i:' : '(?-i:';
      this.i += scoped[0].length;
    } else if (rest.startsWith('(?')) {
      throw new PatternError('look-around and other extensions are not supported');
    } else {
      this.i++;
    }
    const inside = this.alternatives(depth + 1);
    if (this.p[this.i] !== ')') throw new PatternError('unclosed group');
    this.i++;
    this.flags = outer;
    return `${head}${inside})`;
  }

  private one(c: string): string {
    this.i++;
    if (this.flags.x) {
      if (/\s/.test(c)) return '';
      if (c === '#') {
        while (this.i < this.p.length && this.p[this.i] !== '\n') this.i++;
        return '';
      }
    }
    switch (c) {
      case '|':
        return '|';
      case '.':
        return (this.flags.s ? '[\\s\\S]' : '[^\\n]') + this.quantifier();
      case '^':
        return this.flags.m ? '(?<=^|\\n)' : '(?<![\\s\\S])';
      case '$':
        return this.flags.m ? '(?=\\n|$)' : '(?![\\s\\S])';
      case '[':
        return this.charClass() + this.quantifier();
      case '\\':
        return this.escape(false) + this.quantifier();
      case '*':
      case '+':
      case '?':
        throw new PatternError('repetition operator missing expression');
      case '{':
      case '}':
      case ']':
        return `\\${c}${this.quantifier()}`;
      default: {
        // A character outside the BMP is one unit for a quantifier.
        const code = this.p.codePointAt(this.i - 1) ?? 0;
        const whole = String.fromCodePoint(code);
        this.i += whole.length - 1;
        return (whole === '/' ? '\\/' : whole) + this.quantifier();
      }
    }
  }

  private quantifier(): string {
    const m = /^(?:[*+?]|\{\d{1,4}(?:,\d{0,4})?\})/.exec(this.p.slice(this.i, this.i + 12));
    if (!m) return '';
    this.i += m[0].length;
    const numbers = m[0].match(/\d+/g)?.map(Number) ?? [];
    if (numbers.some((n) => n > 1000)) throw new PatternError('repetition count too large');
    let lazy = false;
    if (this.p[this.i] === '?') {
      lazy = true;
      this.i++;
    }
    if (/^[*+?]/.test(this.p[this.i] ?? '')) throw new PatternError('invalid nested repetition operator');
    return m[0] + (lazy !== this.flags.U ? '?' : '');
  }

  private escape(inClass: boolean): string {
    const c = this.p[this.i++];
    if (c === undefined) throw new PatternError('trailing backslash');
    const lower = c.toLowerCase();
    const known = CLASSES[lower];
    if (known !== undefined) {
      if (c === lower) return inClass ? known : `[${known}]`;
      if (!inClass) return `[^${known}]`;
      return lower === 'd' ? '\\P{Nd}' : lower === 's' ? '\\P{White_Space}' : '\\W';
    }
    if (!inClass) {
      if (c === 'b') return BOUNDARY;
      if (c === 'B') return NO_BOUNDARY;
      if (c === 'A') return '(?<![\\s\\S])';
      if (c === 'z') return '(?![\\s\\S])';
      if (/[1-9]/.test(c)) throw new PatternError('back-references are not supported');
    }
    if (c === 'p' || c === 'P') return this.property(c);
    if (c === 'x') return this.hex();
    if (c === 'a') return '\\x07';
    if (/[nrtfv]/.test(c)) return `\\${c}`;
    if (c === '0') return '\\x00';
    if (/[A-Za-z]/.test(c)) throw new PatternError(`unrecognized escape sequence \\${c}`);
    return /[\^$\\.*+?()[\]{}|/-]/.test(c) ? `\\${c}` : c;
  }

  private property(c: string): string {
    const m = /^(?:\{(\^?)([\w=]+)\}|(\w))/.exec(this.p.slice(this.i, this.i + 60));
    if (!m) throw new PatternError('invalid character class range');
    this.i += m[0].length;
    const name = m[2] ?? m[3] ?? '';
    const negated = (m[1] === '^') !== (c === 'P');
    for (const form of [name, `Script=${name}`]) {
      try {
        new RegExp(`\\p{${form}}`, 'u');
        return `\\${negated ? 'P' : 'p'}{${form}}`;
      } catch {
        // Not a property of that kind; perhaps a script.
      }
    }
    throw new PatternError(`unknown property ${name}`);
  }

  private hex(): string {
    const m = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(this.p.slice(this.i, this.i + 10));
    if (!m) throw new PatternError('invalid escape sequence \\x');
    this.i += m[0].length;
    return `\\u{${m[1] ?? m[2] ?? '0'}}`;
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
        if (set === undefined || posix[1] === '^') throw new PatternError('invalid character class range');
        out += set;
        this.i += posix[0].length;
        continue;
      }
      this.i++;
      if (c === '\\') out += this.escape(true);
      else out += /[[\]^$.*+?(){}|/]/.test(c) ? `\\${c}` : c;
    }
  }
}
