/** A compiled pattern: the engine's own expression where that is safe, ours where it is not. */
import { LinearMatcher } from './linear';
import { degreeOf, emit, folds } from './native-engine';
import { parsePattern, type Pattern } from './parse';

export interface Match {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Without the whole; null for a group that took no part. */
  readonly groups: readonly (string | null)[];
}

export type Bill = (steps: number) => void;

/** Steps that the backtracking engine may need at worst; above, the linear one is used. */
const MAX_STEPS = 2e7;
const SHORT = 16;

function insidePair(text: string, at: number): boolean {
  const low = text.charCodeAt(at);
  if (!(low >= 0xdc00 && low <= 0xdfff) || at === 0) return false;
  const high = text.charCodeAt(at - 1);
  return high >= 0xd800 && high <= 0xdbff;
}

export class Compiled {
  private readonly degree: number;
  private fast: RegExp | null;
  private slow: LinearMatcher | null = null;
  readonly names: ReadonlyMap<string, number>;
  private readonly pattern: Pattern;

  /** Throws PatternError or SyntaxError. */
  constructor(source: string) {
    this.pattern = parsePattern(source);
    this.names = this.pattern.names;
    const { root } = this.pattern;
    const folded = folds(root, true);
    // Folding in a part of a pattern is not to be trusted: V8 13 takes `(?i:[a])[c]` with `v` for folded as a whole.
    this.degree = folded || folds(root, false) ? degreeOf(root) : Infinity;
    this.fast = this.degree === Infinity ? null : new RegExp(emit(root), folded ? 'gvi' : 'gv');
    if (this.fast === null) this.slow = new LinearMatcher(this.pattern);
  }

  /** The first match at or after a position. */
  exec(text: string, from: number, bill: Bill): Match | null {
    const length = Math.max(text.length - from, SHORT);
    if (this.fast !== null && length ** (this.degree + 1) <= MAX_STEPS * Math.max(1, length / 1e6)) {
      const m = this.quick(this.fast, text, from);
      if (m === null) return null;
      // V8 13 finds assertions to hold between the two halves of a character: such a match is none.
      if (m !== undefined && !insidePair(text, m.index)) {
        const groups = m.slice(1).map((g): string | null => g ?? null);
        return { start: m.index, end: m.index + m[0].length, text: m[0], groups };
      }
    }
    this.slow ??= new LinearMatcher(this.pattern);
    const slots = this.slow.exec(text, from, bill);
    if (slots === null) return null;
    const piece = (i: number): string | null => {
      const start = slots[i * 2] ?? -1;
      const end = slots[i * 2 + 1] ?? -1;
      return start < 0 || end < 0 ? null : text.slice(start, end);
    };
    const groups = Array.from({ length: this.pattern.groups }, (_, i) => piece(i + 1));
    return { start: slots[0] ?? 0, end: slots[1] ?? 0, text: piece(0) ?? '', groups };
  }

  /** Undefined when the engine does not take it: it compiles at the first use, and only then finds it too large. */
  private quick(fast: RegExp, text: string, from: number): RegExpExecArray | null | undefined {
    fast.lastIndex = from;
    try {
      return fast.exec(text);
    } catch (e) {
      if (!(e instanceof SyntaxError)) throw e;
      this.fast = null;
      return undefined;
    }
  }

  /** All matches from left to right; an empty one directly behind another does not count. */
  *all(text: string, bill: Bill): Generator<Match> {
    let at = 0;
    let last = -1;
    while (at <= text.length) {
      const m = this.exec(text, at, bill);
      if (m === null) return;
      if (m.end > m.start || m.start !== last) yield m;
      last = m.end;
      at = m.end > m.start ? m.end : m.end + ((text.codePointAt(m.end) ?? 0) > 0xffff ? 2 : 1);
    }
  }
}
