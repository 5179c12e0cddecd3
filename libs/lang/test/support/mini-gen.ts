/** Small programs from a tape of bytes: shorter tapes and smaller bytes give simpler programs, so that they shrink. */
import { isLazy, type Fn, type Mini, type MiniProgram, type Pattern, type Statement } from './mini-hot';

/** What is known of a name: whether it holds a Vec or a Map for certain, or is a local function, which is only called. */
type Shape = 'any' | 'vec' | 'map' | 'fn';
type Scope = ReadonlyMap<string, Shape>;

const MAX_DEPTH = 5;
const STRINGS = ['a', 'b', ''] as const;
const KEYS = ['a', 'b', 'c'] as const;
const PLAIN: readonly Pattern[] = ['Int', 'Str', 'Vec', 'Map', 'null', '1', '"a"', '_'];

export function programOf(tape: Uint8Array): MiniProgram {
  const gen = new Generator(tape);
  const count = gen.take(3);
  const fns: Fn[] = [];
  // The last one is made first: functions call those behind them only, so that every program ends.
  for (let i = count - 1; i >= 0; i--) {
    const params = [`p${i}`, gen.take(3) === 1 ? `z${i}` : `q${i}`];
    const scope: Scope = new Map(params.map((name) => [name, 'any'] as const));
    gen.callable = i + 1;
    gen.count = count;
    fns[i] = { params, lazy: params.findIndex(isLazy), body: gen.any(scope, 1) };
  }
  gen.callable = 0;
  gen.count = count;
  return { fns, main: gen.any(new Map(), 0) };
}

const lit = (v: number | string | boolean | null): Mini => ({ k: 'lit', v });

class Generator {
  /** Functions from this index on may be called, up to `count`. */
  callable = 0;
  count = 0;
  private at = 0;
  private names = 0;
  private marks = 0;
  private inTemplate = false;

  constructor(private readonly tape: Uint8Array) {}

  take(n: number): number {
    return (this.tape[this.at++] ?? 0) % n;
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.take(from.length)] as T;
  }

  private fresh(): string {
    return `x${++this.names}`;
  }

  private some(n: number, make: () => Mini): readonly Mini[] {
    return Array.from({ length: n }, make);
  }

  any(scope: Scope, depth: number): Mini {
    const next = (): Mini => this.any(scope, depth + 1);
    if (depth > MAX_DEPTH) return this.leaf(scope);
    switch (this.take(26)) {
      case 0:
      case 1:
      case 2:
        return this.leaf(scope);
      case 3:
        return { k: 'call', fn: 'add', args: [next(), next()] };
      case 4:
        return { k: 'call', fn: 'sub', args: [next(), lit(this.take(4))] };
      case 5:
      case 6:
        return { k: 'call', fn: 'mark', args: [lit(`m${++this.marks}`), next()] };
      case 7:
        return { k: 'if', c: next(), t: next(), e: this.take(4) === 0 ? null : next() };
      case 8:
        return this.vec(scope, depth);
      case 9:
        return { k: 'map', entries: KEYS.slice(0, this.take(3)).map((key) => [key, next()] as const) };
      case 10:
        return { k: 'logic', op: this.pick(['and', 'or']), args: this.some(1 + this.take(3), next) };
      case 11:
        return { k: 'call', fn: this.pick(['ok', 'err']), args: [next()] };
      case 12:
        return {
          k: 'lazy1',
          fn: this.pick(['is-err', 'not', 'is-ok', 'is-result', 'ok-value']),
          arg: next(),
        };
      case 13:
        return { k: 'handler', fn: this.pick(['if-err', 'if-ok']), arg: next(), body: next() };
      case 14:
        return {
          k: 'cond',
          arms: Array.from({ length: 1 + this.take(2) }, () => [next(), next()] as const),
          rest: this.take(3) === 0 ? null : next(),
        };
      case 15:
        return this.match(scope, depth);
      case 16:
        return this.each(scope, depth, this.pick(['map', 'filter']));
      case 17:
        return this.fold(scope, depth);
      case 18:
      case 19:
        return this.block(scope, depth);
      case 20:
        return this.user(scope, depth);
      case 21: {
        // No template inside of a template.
        if (this.inTemplate) return this.leaf(scope);
        this.inTemplate = true;
        const parts = this.some(1 + this.take(2), next);
        this.inTemplate = false;
        return { k: 'template', parts };
      }
      case 22:
        return this.path(scope);
      case 23:
        return { k: 'pipe', first: next(), fn: this.pick(['add', 'eq']), args: [next()] };
      case 24:
        return { k: 'call', fn: this.pick(['length', 'first']), args: [this.list(scope, depth + 1)] };
      default:
        return this.take(3) === 0
          ? { k: 'call', fn: 'fail', args: [lit('stop')] }
          : { k: 'call', fn: 'eq', args: [next(), next()] };
    }
  }

  private leaf(scope: Scope): Mini {
    const names = [...scope].flatMap(([name, shape]) => (shape === 'fn' ? [] : [name]));
    switch (this.take(4)) {
      case 0:
        return lit(this.take(5));
      case 1:
        return lit(this.pick([null, true, false, ...STRINGS]));
      default:
        return names.length === 0 ? lit(this.take(5)) : { k: 'name', name: this.pick(names) };
    }
  }

  private named(scope: Scope, shape: Shape | null): string | null {
    const names = [...scope].filter(
      ([name, of]) => !isLazy(name) && (shape === null ? of !== 'fn' : of === shape),
    );
    return names.length === 0 ? null : this.pick(names)[0];
  }

  private vec(scope: Scope, depth: number): Mini {
    const items = this.some(this.take(4), () => this.any(scope, depth + 1));
    const spread = this.take(4) === 3 ? this.named(scope, 'vec') : null;
    return { k: 'vec', items, spread };
  }

  /** Certainly a Vec, or halts. */
  private list(scope: Scope, depth: number): Mini {
    const name = this.named(scope, 'vec');
    if (name !== null && this.take(2) === 1) return { k: 'name', name };
    return depth < MAX_DEPTH && this.take(4) === 3 ? this.each(scope, depth, 'map') : this.vec(scope, depth);
  }

  private each(scope: Scope, depth: number, fn: 'map' | 'filter'): Mini {
    const name = this.fresh();
    const over = this.list(scope, depth + 1);
    return { k: 'each', fn, over, name, body: this.any(new Map([...scope, [name, 'any']]), depth + 1) };
  }

  private fold(scope: Scope, depth: number): Mini {
    const names = [this.fresh(), this.fresh()] as const;
    const over = this.list(scope, depth + 1);
    const inner: Scope = new Map([...scope, [names[0], 'any'], [names[1], 'any']]);
    return { k: 'fold', over, names, body: this.any(inner, depth + 1), init: this.any(scope, depth + 1) };
  }

  private path(scope: Scope): Mini {
    const name = this.named(scope, null);
    if (name === null) return lit(this.take(5));
    const steps = Array.from({ length: 1 + this.take(2) }, () =>
      this.take(2) === 0 ? this.pick(KEYS) : this.take(3),
    );
    return { k: 'path', name, steps };
  }

  private match(scope: Scope, depth: number): Mini {
    const name = this.named(scope, null);
    if (name === null) return this.leaf(scope);
    const next = (): Mini => this.any(scope, depth + 1);
    const patterns: readonly Pattern[] =
      this.take(2) === 0
        ? (['Result.Ok', 'Result.Err'] as const).slice(this.take(2))
        : Array.from({ length: 1 + this.take(2) }, () => this.pick(PLAIN));
    return { k: 'match', name, arms: patterns.map((p) => [p, next()] as const) };
  }

  private user(scope: Scope, depth: number): Mini {
    const local = this.named(scope, 'fn');
    if (local !== null && this.take(3) > 0)
      return { k: 'local', name: local, arg: this.any(scope, depth + 1) };
    if (this.callable >= this.count) return this.leaf(scope);
    const fn = this.callable + this.take(this.count - this.callable);
    return { k: 'user', fn, args: this.some(2, () => this.any(scope, depth + 1)) };
  }

  private block(scope: Scope, depth: number): Mini {
    const statements: Statement[] = [];
    let inner = scope;
    const own = new Map<string, Shape>();
    for (let n = 1 + this.take(4); n > 0; n--) {
      const statement = this.statement(inner, own, depth + 1);
      statements.push(statement);
      if (statement.k === 'fn') own.set(statement.name, 'fn');
      else if (statement.k === 'let') own.set(statement.name, shapeOf(statement.value));
      inner = new Map([...scope, ...own]);
    }
    return { k: 'block', statements, last: this.any(inner, depth + 1) };
  }

  /** A block shares the scope it stands in, so that only names of its own are bound anew: others would leak. */
  private statement(scope: Scope, own: Scope, depth: number): Statement {
    const kind = this.take(9);
    if (kind === 8) {
      const param = this.fresh();
      const body = this.any(new Map([...scope, [param, 'any']]), depth + 1);
      return { k: 'fn', name: this.fresh(), param, body };
    }
    const shape = this.pick(['vec', 'map'] as const);
    const target = kind === 6 ? this.named(own, shape) : null;
    if (target !== null) {
      const step = shape === 'vec' ? this.take(5) : this.pick(KEYS);
      return { k: 'put', name: target, step, value: this.any(scope, depth) };
    }
    if (kind === 7) {
      const value: Mini = { k: 'call', fn: 'mark', args: [lit(`m${++this.marks}`), this.any(scope, depth)] };
      return { k: 'run', value };
    }
    const again = this.take(4) === 3 ? this.named(own, null) : null;
    return { k: 'let', name: again ?? this.fresh(), value: this.any(scope, depth) };
  }
}

function shapeOf(e: Mini): Shape {
  if (e.k === 'vec' || (e.k === 'each' && e.fn === 'map')) return 'vec';
  return e.k === 'map' ? 'map' : 'any';
}
