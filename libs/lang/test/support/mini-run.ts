/** What a small program gives, straight from its tree. */
import type { Fn, Mini, MiniProgram, Statement, Strict } from './mini-hot';

type V = number | string | boolean | null | readonly V[] | ReadonlyMap<string, V> | Result | Lazy | Closure;

class Result {
  constructor(
    readonly ok: boolean,
    readonly v: V,
  ) {}
}
class Lazy {
  constructor(readonly force: () => V) {}
}
/** A function with the values that its body saw when it was made. */
class Closure {
  constructor(
    readonly param: string,
    readonly body: Mini,
    readonly env: Env,
  ) {}
}
class Halted {
  constructor(readonly message: string) {}
}
type Env = ReadonlyMap<string, V>;

export interface MiniOutcome {
  readonly result: string;
  readonly out: string;
}

/** The result as JSON, or `halt: message`. */
export function interpret({ fns, main }: MiniProgram): MiniOutcome {
  const run = new Interpreter(fns);
  try {
    const v = run.eval(main, new Map());
    return { result: json([v]), out: run.out };
  } catch (e) {
    if (!(e instanceof Halted)) throw e;
    return { result: `halt: ${e.message}`, out: run.out };
  }
}

function json(v: V): string {
  if (v instanceof Result) return `{"$type":"::hot::type/Result.${v.ok ? 'Ok' : 'Err'}","$val":${json(v.v)}}`;
  if (Array.isArray(v)) return `[${(v as readonly V[]).map(json).join(',')}]`;
  if (v instanceof Map) {
    const entries = [...(v as ReadonlyMap<string, V>)].map(([k, x]) => `${JSON.stringify(k)}:${json(x)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(v);
}

function display(v: V, inner = false): string {
  if (v === null) return '';
  if (typeof v === 'string') return inner ? `"${v}"` : v;
  if (v instanceof Result) return `::hot::type/Result.${v.ok ? 'Ok' : 'Err'}(${shown(v.v)})`;
  if (Array.isArray(v)) return `[${(v as readonly V[]).map((x) => display(x, true)).join(', ')}]`;
  if (v instanceof Map)
    return `{${[...(v as ReadonlyMap<string, V>)].map(([k, x]) => `${k}: ${display(x, true)}`).join(', ')}}`;
  return String(v);
}
const shown = (v: V): string => display(v, true);

function consume(v: V): V {
  if (!(v instanceof Result)) return v;
  if (v.ok) return consume(v.v);
  throw new Halted(v.v === null ? 'Error Result encountered' : `Result error: ${display(v.v)}`);
}

const truthy = (v: V): boolean => (v instanceof Result ? v.ok && truthy(v.v) : v !== false && v !== null);

function equal(a: V, b: V): boolean {
  if (a instanceof Result || b instanceof Result)
    return a instanceof Result && b instanceof Result && a.ok === b.ok && equal(a.v, b.v);
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((x, i) => equal(x as V, b[i] as V));
  if (a instanceof Map)
    return (
      b instanceof Map &&
      a.size === b.size &&
      [...a].every(([k, x]) => b.has(k) && equal(x as V, b.get(k) as V))
    );
  return a === b;
}

function step(base: V, at: string | number): V {
  const v = consume(base);
  if (v instanceof Map) return (v as ReadonlyMap<string, V>).get(String(at)) ?? null;
  if (typeof at === 'string') return null;
  if (typeof v === 'string') return v[at] ?? null;
  return Array.isArray(v) ? ((v as readonly V[])[at] ?? null) : null;
}

function kinds(name: string, a: V, b: V, f: (x: number, y: number) => number): V {
  if (typeof a === 'number' && typeof b === 'number') return f(a, b);
  throw new Halted(`Result error: ${name} requires numbers`);
}

class Interpreter {
  out = '';

  constructor(private readonly fns: readonly Fn[]) {}

  eval(e: Mini, env: Env): V {
    switch (e.k) {
      case 'lit':
        return e.v;
      case 'name':
        return this.read(e.name, env);
      case 'path':
        return e.steps.reduce<V>(step, this.read(e.name, env));
      case 'call':
        return this.strict(
          e.fn,
          e.args.map((a) => this.eval(a, env)),
        );
      case 'pipe':
        return this.strict(
          e.fn,
          [e.first, ...e.args].map((a) => this.eval(a, env)),
        );
      case 'user':
        return this.user(e.fn, e.args, env);
      case 'local': {
        const arg = consume(this.eval(e.arg, env));
        const fn = env.get(e.name);
        if (!(fn instanceof Closure)) throw new Error(`generated a program that calls ${e.name}`);
        return this.eval(fn.body, new Map([...fn.env, [fn.param, arg]]));
      }
      case 'vec': {
        const items = e.items.map((x) => this.eval(x, env));
        const more = e.spread === null ? [] : consume(this.read(e.spread, env));
        if (more !== null && !Array.isArray(more)) throw new Halted('spread');
        return [...items, ...((more ?? []) as readonly V[])];
      }
      case 'map':
        return new Map(e.entries.map(([key, x]) => [key, this.eval(x, env)] as const));
      case 'template':
        return e.parts.map((p) => `<${display(consume(this.eval(p, env)))}`).join('');
      case 'if':
        if (truthy(this.eval(e.c, env))) return this.eval(e.t, env);
        return e.e === null ? null : this.eval(e.e, env);
      case 'logic': {
        let last: V = null;
        for (const arg of e.args) {
          last = this.eval(arg, env);
          if (truthy(last) === (e.op === 'or')) return last;
        }
        return last;
      }
      case 'lazy1':
        return this.inspect(e.fn, e.arg, env);
      case 'handler': {
        const r = this.contained(e.arg, env);
        const failed = r instanceof Result && !r.ok;
        if (e.fn === 'if-err') return failed ? this.eval(e.body, env) : r;
        if (failed) return null;
        const v = this.contained(e.body, env);
        return v instanceof Result ? (v.ok ? v.v : null) : v;
      }
      case 'cond': {
        for (const [c, v] of e.arms) if (truthy(this.eval(c, env))) return this.eval(v, env);
        return e.rest === null ? null : this.eval(e.rest, env);
      }
      case 'match':
        return this.match(e, env);
      case 'each':
        return this.each(e, env);
      case 'fold': {
        const [over, init] = [this.eval(e.over, env), this.eval(e.init, env)];
        const items = this.items(over);
        const start = consume(init);
        const names = e.names;
        return items.reduce<V>(
          (acc, x) => consume(this.eval(e.body, new Map([...env, [names[0], acc], [names[1], x]]))),
          start,
        );
      }
      case 'block': {
        let inner = env;
        for (const s of e.statements) inner = this.statement(s, inner);
        return this.eval(e.last, inner);
      }
    }
  }

  private read(name: string, env: Env): V {
    const v = env.get(name);
    if (v === undefined) throw new Error(`generated a program that reads ${name}`);
    return v instanceof Lazy ? v.force() : v;
  }

  private statement(s: Statement, env: Env): Env {
    if (s.k === 'fn') return new Map([...env, [s.name, new Closure(s.param, s.body, env)]]);
    const value = this.eval(s.value, env);
    if (s.k === 'run') return env;
    if (s.k === 'let') return new Map([...env, [s.name, value]]);
    const old = this.read(s.name, env);
    if (Array.isArray(old)) {
      const copy = [...(old as readonly V[])];
      while (copy.length < Number(s.step)) copy.push(null);
      copy[Number(s.step)] = value;
      return new Map([...env, [s.name, copy]]);
    }
    const copy = new Map([...(old as ReadonlyMap<string, V>), [String(s.step), value]]);
    return new Map([...env, [s.name, copy]]);
  }

  private strict(fn: Strict, given: readonly V[]): V {
    const args = given.map((v) => consume(v));
    const [a = null, b = null] = args;
    switch (fn) {
      case 'add':
        return kinds('add', a, b, (x, y) => x + y);
      case 'sub':
        return kinds('sub', a, b, (x, y) => x - y);
      case 'eq':
        return equal(a, b);
      case 'ok':
        return new Result(true, a);
      case 'err':
        return new Result(false, a);
      case 'is-null':
        return a === null;
      case 'mark':
        this.out += `${display(a)}\n`;
        return b;
      case 'fail':
        throw new Halted(String(a));
      case 'length':
        return Array.isArray(a) || typeof a === 'string'
          ? a.length
          : a instanceof Map
            ? a.size
            : this.wrong();
      case 'first':
        return Array.isArray(a) || typeof a === 'string' ? ((a[0] as V | undefined) ?? null) : this.wrong();
    }
  }

  private wrong(): never {
    throw new Halted('kind');
  }

  private user(index: number, args: readonly Mini[], env: Env): V {
    const fn = this.fns[index];
    if (!fn) throw new Error('no such function');
    const given = args.map((a, i): V =>
      i === fn.lazy ? new Lazy(() => this.eval(a, env)) : this.eval(a, env),
    );
    const values = given.map((v) => (v instanceof Lazy ? v : consume(v)));
    return this.eval(fn.body, new Map(fn.params.map((name, i) => [name, values[i] ?? null] as const)));
  }

  /** A halt counts as an Err; what it carries is not compared. */
  private contained(e: Mini, env: Env): V {
    try {
      return this.eval(e, env);
    } catch (h) {
      if (!(h instanceof Halted)) throw h;
      return new Result(false, HALTED);
    }
  }

  private inspect(fn: string, arg: Mini, env: Env): V {
    if (fn === 'not') return !truthy(this.eval(arg, env));
    const r = this.contained(arg, env);
    const failed = r instanceof Result && !r.ok;
    switch (fn) {
      case 'is-ok':
        return !failed;
      case 'is-err':
        return failed;
      case 'is-result':
        return r instanceof Result && !(failed && r.v === HALTED);
      default:
        return failed ? null : r instanceof Result ? r.v : r;
    }
  }

  private match(e: Extract<Mini, { k: 'match' }>, env: Env): V {
    const subject = this.read(e.name, env);
    const onResults = e.arms.some(([p]) => p.startsWith('Result.'));
    for (const [p, body] of e.arms) {
      if (!fits(p, subject, onResults)) continue;
      const payload = p.startsWith('Result.') && subject instanceof Result ? subject.v : subject;
      return this.eval(body, new Map([...env, [e.name, payload]]));
    }
    return null;
  }

  private items(over: V): readonly V[] {
    const v = consume(over);
    if (v === null) return [];
    if (!Array.isArray(v)) throw new Halted('kind');
    return v as readonly V[];
  }

  private each(e: Extract<Mini, { k: 'each' }>, env: Env): V {
    const items = this.items(this.eval(e.over, env));
    const call = (x: V): V => consume(this.eval(e.body, new Map([...env, [e.name, x]])));
    return e.fn === 'map' ? items.map(call) : items.filter((x) => truthy(call(x)));
  }
}

const HALTED = '\u0000halted';

function fits(p: string, v: V, onResults: boolean): boolean {
  switch (p) {
    case '_':
      return true;
    case 'Result.Ok':
      return !(v instanceof Result) || v.ok;
    case 'Result.Err':
      return v instanceof Result && !v.ok;
    case 'Int':
      return typeof v === 'number';
    case 'Str':
      return typeof v === 'string';
    case 'Vec':
      return Array.isArray(v);
    case 'Map':
      return v instanceof Map;
    case 'null':
      return v === null;
    case '1':
      return v === 1 && !onResults;
    default:
      return v === 'a' && !onResults;
  }
}
