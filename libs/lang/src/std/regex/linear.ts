/**
 * A matcher whose work grows with text × pattern and no faster, whatever the pattern: all ways through the pattern are
 * followed side by side, one character at a time, the preferred way first (Thompson, Pike). Used where the engine's own
 * backtracking could take for ever.
 */
import { PatternError, WORD, type Assertion, type Node, type Pattern } from './parse';

const MAX_INSTRUCTIONS = 40_000;

type Instruction =
  | { readonly op: 'set'; readonly test: CharTest }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'match' };

export type CharTest = (code: number) => boolean;

function charTest(source: string, fold: boolean): CharTest {
  const regex = new RegExp(`^${source}$`, fold ? 'vi' : 'v');
  const ascii = new Int8Array(128);
  return (code) => {
    if (code >= 128) return regex.test(String.fromCodePoint(code));
    const known = ascii[code] ?? 0;
    if (known !== 0) return known === 1;
    const is = regex.test(String.fromCharCode(code));
    ascii[code] = is ? 1 : -1;
    return is;
  };
}

const isWord = charTest(`[${WORD}]`, false);

class Builder {
  readonly code: Instruction[] = [];
  private readonly tests = new Map<string, CharTest>();

  add<T extends Instruction>(one: T): T {
    if (this.code.push(one) > MAX_INSTRUCTIONS) throw new PatternError('compiled pattern is too large');
    return one;
  }

  node(node: Node): void {
    switch (node.kind) {
      case 'set': {
        const key = `${node.fold ? 'i' : ''}${node.source}`;
        let test = this.tests.get(key);
        if (test === undefined) this.tests.set(key, (test = charTest(node.source, node.fold)));
        this.add({ op: 'set', test });
        return;
      }
      case 'assert':
        this.add({ op: 'assert', what: node.what });
        return;
      case 'seq':
        node.items.forEach((item) => this.node(item));
        return;
      case 'any-of':
        this.alternatives(node.items);
        return;
      case 'group':
        this.add({ op: 'save', slot: node.index * 2 });
        this.node(node.item);
        this.add({ op: 'save', slot: node.index * 2 + 1 });
        return;
      case 'repeat':
        this.repeat(node);
    }
  }

  private alternatives(items: readonly Node[]): void {
    const ends: { to: number }[] = [];
    items.forEach((item, i) => {
      if (i === items.length - 1) return this.node(item);
      const split = this.add({ op: 'split' as const, first: this.code.length + 1, second: 0 });
      this.node(item);
      ends.push(this.add({ op: 'jump' as const, to: 0 }));
      split.second = this.code.length;
    });
    for (const end of ends) end.to = this.code.length;
  }

  private repeat(node: Extract<Node, { kind: 'repeat' }>): void {
    for (let i = 0; i < node.min; i++) this.node(node.item);
    if (node.max === Infinity) {
      const start = this.code.length;
      const split = this.choice(node.greedy);
      this.node(node.item);
      this.add({ op: 'jump', to: start });
      split(this.code.length);
      return;
    }
    const skips: ((to: number) => void)[] = [];
    for (let i = node.min; i < node.max; i++) {
      skips.push(this.choice(node.greedy));
      this.node(node.item);
    }
    for (const skip of skips) skip(this.code.length);
  }

  /** Into what follows or past it, the preferred way first; the other end is told later. */
  private choice(greedy: boolean): (past: number) => void {
    const into = this.code.length + 1;
    const split = this.add({ op: 'split' as const, first: into, second: into });
    return (past) => {
      if (greedy) split.second = past;
      else split.first = past;
    };
  }
}

interface Threads {
  readonly pcs: number[];
  readonly slots: (readonly number[])[];
}

export class LinearMatcher {
  private readonly code: readonly Instruction[];
  private readonly seen: Int32Array;
  private mark = 0;

  constructor(private readonly pattern: Pattern) {
    const builder = new Builder();
    builder.node(pattern.root);
    builder.add({ op: 'match' });
    this.code = builder.code;
    this.seen = new Int32Array(this.code.length);
  }

  /** Pairs of start and end: the whole, then the groups, -1 for those that took no part. `bill` hears of work done. */
  exec(text: string, from: number, bill: (steps: number) => void): readonly number[] | null {
    const none = new Array<number>((this.pattern.groups + 1) * 2).fill(-1);
    let now: Threads = { pcs: [], slots: [] };
    let found: readonly number[] | null = null;
    let steps = 0;
    this.newMark();
    for (let at = from; ;) {
      if (found === null) this.follow(now, 0, none.with(0, at), text, at);
      if (now.pcs.length === 0 && found !== null) return found;
      const code = text.codePointAt(at) ?? -1;
      const next = at + (code > 0xffff ? 2 : 1);
      const after: Threads = { pcs: [], slots: [] };
      this.newMark();
      steps += now.pcs.length + 1;
      for (let i = 0; i < now.pcs.length; i++) {
        const pc = now.pcs[i] ?? 0;
        const slots = now.slots[i] ?? none;
        const one = this.code[pc];
        if (one?.op === 'match') {
          found = slots.with(1, at);
          // Less preferred ways are of no interest any more.
          break;
        }
        if (one?.op === 'set' && code >= 0 && one.test(code)) this.follow(after, pc + 1, slots, text, next);
      }
      if (steps > 4096) {
        bill(steps);
        steps = 0;
      }
      if (code < 0) return found;
      now = after;
      at = next;
    }
  }

  private newMark(): void {
    if (++this.mark === 0x7fffffff) {
      this.seen.fill(0);
      this.mark = 1;
    }
  }

  /** Adds a thread and everything it reaches without a character, in order of preference. */
  private follow(to: Threads, start: number, given: readonly number[], text: string, at: number): void {
    const stack: (readonly [number, readonly number[]])[] = [[start, given]];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const [pc, slots] = top;
      if (this.seen[pc] === this.mark) continue;
      this.seen[pc] = this.mark;
      const one = this.code[pc];
      switch (one?.op) {
        case 'jump':
          stack.push([one.to, slots]);
          break;
        case 'split':
          stack.push([one.second, slots], [one.first, slots]);
          break;
        case 'save':
          stack.push([pc + 1, slots.with(one.slot, at)]);
          break;
        case 'assert':
          if (holds(one.what, text, at)) stack.push([pc + 1, slots]);
          break;
        default:
          to.pcs.push(pc);
          to.slots.push(slots);
      }
    }
  }
}

function holds(what: Assertion, text: string, at: number): boolean {
  switch (what) {
    case 'start':
      return at === 0;
    case 'end':
      return at === text.length;
    case 'line-start':
      return at === 0 || text.charCodeAt(at - 1) === 10;
    case 'line-end':
      return at === text.length || text.charCodeAt(at) === 10;
    default: {
      const before = at > 0 && isWord(codeBefore(text, at));
      const after = at < text.length && isWord(text.codePointAt(at) ?? 0);
      return (before !== after) === (what === 'word');
    }
  }
}

function codeBefore(text: string, at: number): number {
  const low = text.charCodeAt(at - 1);
  if (low < 0xdc00 || low > 0xdfff || at < 2) return low;
  const code = text.codePointAt(at - 2) ?? low;
  return code > 0xffff ? code : low;
}
