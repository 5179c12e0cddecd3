/**
 * Which code may come to wait for the outside. Computed over the whole program before anything is emitted, because
 * it decides the colour of every body: a function that cannot wait becomes plain synchronous JavaScript, one that
 * may wait asynchronous, and one that waits only if a function handed to it waits becomes both.
 *
 * A set names the parameters whose value may wait when it is called or forced, another those that may wait when the
 * function is called whose name they are; `top` means: may wait in any case, or nobody knows.
 */
import type { Callee, Core, CoreArg, CoreStatement, Local } from '../analyse/core';
import type { CellDef, FunctionDef, OverloadDef, Program, TypeDef, TypeRef } from '../analyse/program';
import type { NativeFacts } from '../syntax/native-facts';
import { calleesFirst } from './callees-first';
import { mentionedNatives } from './mentions';
import { WaitingArrows } from './waiting-arrows';

export interface Susp {
  readonly top: boolean;
  readonly locals: ReadonlySet<Local>;
  readonly names: ReadonlySet<Local>;
}

const NO_LOCALS: ReadonlySet<Local> = new Set();
const NOTHING: Susp = { top: false, locals: NO_LOCALS, names: NO_LOCALS };
const TOP: Susp = { top: true, locals: NO_LOCALS, names: NO_LOCALS };

export function isNone(s: Susp): boolean {
  return !s.top && s.locals.size === 0 && s.names.size === 0;
}

function union(a: Susp, b: Susp): Susp {
  if (isNone(a) || b.top) return b.top ? TOP : b;
  if (isNone(b) || a.top) return a;
  return {
    top: false,
    locals: new Set([...a.locals, ...b.locals]),
    names: new Set([...a.names, ...b.names]),
  };
}

function same(a: Susp, b: Susp): boolean {
  return a.top === b.top && a.locals.size === b.locals.size && a.names.size === b.names.size;
}

/** All parameters that decide. */
export const deciding = (s: Susp): readonly Local[] => [...new Set([...s.locals, ...s.names])];

/** `call`: calling the value; `name`: calling the function it names if it is a Str. */
interface Facts {
  readonly call: Susp;
  readonly name: Susp;
}

const NO_FN: Facts = { call: NOTHING, name: NOTHING };
const UNKNOWN: Facts = { call: TOP, name: TOP };
const SOME_STR: Facts = { call: NOTHING, name: TOP };

const PLAIN_TYPES = /^(Bool|Int|Dec|Null|Bytes|Byte|Int \| Dec|Vec(<.*>)?|Map(<.*>)?)$/;

export class Suspension {
  private readonly bodies = new Map<OverloadDef, Susp>();
  private readonly results = new Map<OverloadDef, Facts>();
  private readonly cells = new Map<CellDef, Facts>();
  private readonly locals = new Map<Local, Facts>();
  private readonly byName = new Map<string, FunctionDef>();
  /** Functions of the library, by full name. */
  readonly mentioned: ReadonlySet<string>;
  /** Iterators may come from the outside, so that everything that takes one may wait. */
  readonly streams: boolean;
  readonly arrows: WaitingArrows;
  private changed = false;
  /** Answers of one round: closures are looked at from several sides, which would double at every nesting. */
  private readonly seenBodies = new Map<Core, Susp>();
  private readonly seenFacts = new Map<Core, Facts>();

  constructor(
    program: Program,
    private readonly natives: ReadonlyMap<string, NativeFacts>,
  ) {
    this.mentioned = mentionedNatives(program);
    this.arrows = new WaitingArrows(program.arrows);
    this.streams = [...this.mentioned].some((name) => natives.get(name)?.opensStream === true);
    for (const fn of program.functions) if (fn.origin === 'top') this.byName.set(fn.fullName, fn);
    // One round settles everything but recursion when callees come first; a chain of calls else takes one per link.
    const functions = calleesFirst(program.functions);
    do {
      this.changed = false;
      this.seenBodies.clear();
      this.seenFacts.clear();
      for (const fn of functions) {
        for (const overload of fn.overloads) this.visit(overload);
      }
      for (const step of program.init) {
        const before = this.cells.get(step.cell) ?? NO_FN;
        const now = step.kind === 'assign' ? NO_FN : this.facts(step.value);
        this.body(step.value);
        this.put(this.cells, step.cell, before, now);
      }
      if (this.arrows.collect((fn) => !isNone(this.asValue(fn)))) this.changed = true;
    } while (this.changed);
  }

  private visit(overload: OverloadDef): void {
    const body = this.body(overload.body);
    const known = this.bodies.get(overload) ?? NOTHING;
    const next = union(known, body);
    if (!same(known, next)) {
      this.bodies.set(overload, next);
      this.changed = true;
    }
    this.put(this.results, overload, this.results.get(overload) ?? NO_FN, this.facts(overload.body));
  }

  private put<K>(map: Map<K, Facts>, key: K, before: Facts, now: Facts): void {
    const next = { call: union(before.call, now.call), name: union(before.name, now.name) };
    if (!map.has(key) || !same(before.call, next.call) || !same(before.name, next.name)) {
      map.set(key, next);
      this.changed = true;
    }
  }

  /** What running a body may wait for. Locals in it are parameters of the function itself or of those around it. */
  overload(o: OverloadDef): Susp {
    return this.bodies.get(o) ?? NOTHING;
  }

  /** Calling any of its overloads as a value: its own parameters are then unknown. */
  asValue(fn: FunctionDef): Susp {
    let s = this.converts(fn) ? TOP : NOTHING;
    for (const o of fn.overloads)
      s = union(
        s,
        this.outside(
          this.overload(o),
          o.params.map((p) => p.local),
        ),
      );
    return s;
  }

  /** Parameters of a closure that itself may be called with anything: they make it wait in ways nobody knows. */
  private outside(s: Susp, own: readonly Local[]): Susp {
    return own.some((l) => s.locals.has(l) || s.names.has(l)) ? TOP : s;
  }

  /** Whether only functions among its arguments make it wait. */
  isByArguments(s: Susp, own: readonly Local[]): boolean {
    return !s.top && deciding(s).every((l) => own.includes(l));
  }

  // ---- evaluating ---------------------------------------------------------------------------------------------

  body(node: Core): Susp {
    const seen = this.seenBodies.get(node);
    if (seen) return seen;
    const s = this.bodyOf(node);
    this.seenBodies.set(node, s);
    return s;
  }

  private bodyOf(node: Core): Susp {
    switch (node.kind) {
      case 'const':
      case 'local':
      case 'cell':
      case 'fn-ref':
      case 'native-ref':
      case 'type-ref':
      case 'variant-ref':
      case 'namespace':
      case 'definition':
      case 'halt':
        return NOTHING;
      case 'template':
        return union(
          this.arrows.toText ? TOP : NOTHING,
          this.all(node.parts.filter((p) => typeof p !== 'string')),
        );
      case 'vector':
        return this.all(node.elements.map((e) => e.value));
      case 'map':
        return this.all(node.entries.map((e) => e.value));
      case 'path':
        return this.all([node.base, ...node.steps.flatMap((s) => (s.kind === 'dynamic' ? [s.value] : []))]);
      case 'call':
        return this.call(node);
      case 'if':
        return this.all([node.condition, node.then, ...(node.else ? [node.else] : [])]);
      case 'logic':
        return this.all(node.operands);
      case 'force':
        return union(this.body(node.value), this.facts(node.value).call);
      case 'raw':
        return this.body(node.value);
      case 'cond':
        return this.all(node.arms.flatMap((a) => (a.condition ? [a.condition, a.body] : [a.body])));
      case 'match': {
        const subject = this.body(node.subject);
        this.bind(node.subjectLocal, this.facts(node.subject));
        let s = subject;
        for (const arm of node.arms) {
          for (const local of arm.binds) this.bind(local, arm.payload ? UNKNOWN : this.facts(node.subject));
          for (const atom of arm.pattern ?? []) if (atom.kind === 'data') s = union(s, this.body(atom.value));
          s = union(s, this.body(arm.body));
        }
        return s;
      }
      case 'block':
      case 'collect': {
        let s = NOTHING;
        for (const statement of node.statements) s = union(s, this.statement(statement));
        return s;
      }
      case 'parallel': {
        // Later statements may stand before those they need.
        for (const one of node.statements) if (one.local) this.bind(one.local, this.facts(one.value));
        return this.all(node.statements.map((one) => one.value));
      }
      case 'pipe': {
        let s = NOTHING;
        for (const stage of node.stages) {
          s = union(s, this.body(stage.value));
          this.bind(stage.local, this.facts(stage.value));
        }
        return s;
      }
      case 'lambda':
        this.body(node.body);
        return NOTHING;
      case 'fn':
        return NOTHING;
    }
  }

  private statement(statement: CoreStatement): Susp {
    switch (statement.kind) {
      case 'let': {
        const s = this.body(statement.value);
        this.bind(statement.local, this.facts(statement.value));
        return s;
      }
      case 'eval':
        return this.body(statement.value);
      case 'assign': {
        const parts = statement.steps.flatMap((s) => (s.kind === 'dynamic' ? [s.value] : []));
        this.bind(statement.local, NO_FN);
        return this.all([...(statement.root ? [statement.root] : []), ...parts, statement.value]);
      }
      case 'local-type':
        if (statement.constructors) {
          this.bind(statement.constructors.local, this.facts(statement.constructors.value));
        }
        return NOTHING;
    }
  }

  private bind(local: Local, facts: Facts): void {
    this.put(this.locals, local, this.locals.get(local) ?? NO_FN, facts);
  }

  private all(nodes: readonly Core[]): Susp {
    let s = NOTHING;
    for (const node of nodes) s = union(s, this.body(node));
    return s;
  }

  private call(node: Extract<Core, { kind: 'call' }>): Susp {
    let s = NOTHING;
    for (const arg of node.args) if (arg.mode !== 'thunk') s = union(s, this.body(arg.value));
    if (node.callee.kind === 'dynamic') s = union(s, this.body(node.callee.value));
    return union(s, this.callee(node.callee, node.args));
  }

  /** What calling may wait for, its arguments being evaluated already (thunks are not). */
  callee(callee: Callee, args: readonly CoreArg[]): Susp {
    switch (callee.kind) {
      case 'fn':
      case 'local-fn':
        return this.candidates(callee.fn, callee.candidates, args);
      case 'native':
        return this.native(callee.native.name, args);
      case 'type':
        return this.construct(callee.type, args);
      case 'variant':
        return this.arrows.toType({ kind: 'named', type: callee.enum }) ? TOP : NOTHING;
      case 'dynamic':
        return this.facts(callee.value).call;
    }
  }

  /** Its arguments may have to be converted, which may wait. */
  converts(fn: FunctionDef): boolean {
    return fn.overloads.some((o) => this.arrows.toParams(o));
  }

  private construct(type: TypeRef, args: readonly CoreArg[]): Susp {
    if (this.arrows.toType(type)) return TOP;
    const def = type.kind === 'named' ? type.type : null;
    const own = def?.constructors ?? null;
    if (own === null) return NOTHING;
    return this.candidates(
      own,
      own.overloads.map((_, i) => i),
      args,
    );
  }

  private candidates(fn: FunctionDef, indices: readonly number[], args: readonly CoreArg[]): Susp {
    const converts = indices.some((index) => {
      const o = fn.overloads[index];
      return o !== undefined && this.arrows.toParams(o);
    });
    return converts ? TOP : this.inside(fn, indices, args);
  }

  /** What the bodies wait for; their arguments have been converted. */
  inside(fn: FunctionDef, indices: readonly number[], args: readonly CoreArg[]): Susp {
    let s = NOTHING;
    for (const index of indices) {
      const o = fn.overloads[index];
      if (o) s = union(s, this.substitute(this.overload(o), o, args));
    }
    return s;
  }

  /** The callee's own parameters → what the arguments are. */
  private substitute(s: Susp, o: OverloadDef, args: readonly CoreArg[]): Susp {
    if (s.top || isNone(s)) return s;
    let out = NOTHING;
    const spread = args.some((a) => a.mode === 'spread');
    for (const local of deciding(s)) {
      const at = o.params.findIndex((p) => p.local === local);
      const kept = (set: ReadonlySet<Local>): ReadonlySet<Local> =>
        set.has(local) ? new Set([local]) : NO_LOCALS;
      if (at < 0) {
        out = union(out, { top: false, locals: kept(s.locals), names: kept(s.names) });
        continue;
      }
      if (spread) return TOP;
      const param = o.params[at];
      for (const arg of param?.rest ? args.slice(at) : args.slice(at, at + 1)) {
        const given = this.argument(arg);
        if (s.locals.has(local)) out = union(out, given.call);
        if (s.names.has(local)) out = union(out, given.name);
      }
    }
    return out;
  }

  /** Calling or forcing an argument. */
  argument(arg: CoreArg): Facts {
    if (arg.mode === 'thunk') {
      const s = this.body(arg.thunk.body);
      // A thunk around a lambda is forced, then called.
      const inner = this.facts(arg.thunk.body);
      return { call: union(s, inner.call), name: union(s, inner.name) };
    }
    return this.facts(arg.value);
  }

  private native(name: string, args: readonly CoreArg[]): Susp {
    const def = this.natives.get(name);
    if (!def) return TOP;
    if (def.s === null || (this.streams && def.iterates) || this.arrows.toBuiltin(def.converts)) return TOP;
    let s = NOTHING;
    const spread = args.some((a) => a.mode === 'spread');
    for (const { index, byName } of def.poly) {
      if (spread) return TOP;
      const arg = args[index];
      if (!arg) continue;
      const facts = this.argument(arg);
      s = union(s, byName ? union(facts.call, facts.name) : facts.call);
    }
    return s;
  }

  // ---- values -------------------------------------------------------------------------------------------------

  facts(node: Core): Facts {
    const seen = this.seenFacts.get(node);
    if (seen) return seen;
    const facts = this.factsOf(node);
    this.seenFacts.set(node, facts);
    return facts;
  }

  private factsOf(node: Core): Facts {
    switch (node.kind) {
      case 'const':
        return node.value.type === 'str' ? this.named(node.value.value) : NO_FN;
      case 'template':
        return SOME_STR;
      case 'local':
        return this.localFacts(node.local);
      case 'cell':
        return this.cells.get(node.cell) ?? NO_FN;
      case 'fn-ref':
        return { call: this.asValue(node.fn), name: NOTHING };
      case 'native-ref':
        return { call: this.nativeValue(node.native.name), name: NOTHING };
      case 'type-ref':
        return { call: this.typeValue(node.type), name: NOTHING };
      case 'variant-ref':
        return this.arrows.toType({ kind: 'named', type: node.enum }) ? UNKNOWN : NO_FN;
      case 'namespace':
      case 'vector':
      case 'map':
      case 'raw':
      case 'collect':
      case 'pipe':
      case 'halt':
        return NO_FN;
      case 'definition':
      case 'path':
        return UNKNOWN;
      case 'lambda': {
        const s = this.outside(this.body(node.body), node.params);
        return { call: s, name: NOTHING };
      }
      case 'fn':
        return { call: this.asValue(node.fn), name: NOTHING };
      case 'call':
        return this.result(node);
      case 'force':
        return node.value.kind === 'local' ? UNKNOWN : this.facts(node.value);
      case 'if':
        return this.merge([node.then, ...(node.else ? [node.else] : [])]);
      case 'logic':
        return this.merge(node.operands);
      case 'cond':
        return node.shape === 'one' ? this.merge(node.arms.map((a) => a.body)) : NO_FN;
      case 'match':
        return node.shape === 'one' ? this.merge(node.arms.map((a) => a.body)) : NO_FN;
      case 'parallel':
        return node.shape === 'one' ? this.merge(node.statements.map((s) => s.value)) : NO_FN;
      case 'block': {
        const last = node.statements[node.statements.length - 1];
        if (!last || last.kind === 'local-type') return NO_FN;
        return this.facts(last.value);
      }
    }
  }

  private merge(nodes: readonly Core[]): Facts {
    let call = NOTHING;
    let name = NOTHING;
    for (const node of nodes) {
      const facts = this.facts(node);
      call = union(call, facts.call);
      name = union(name, facts.name);
    }
    return { call, name };
  }

  private localFacts(local: Local): Facts {
    switch (local.role) {
      case 'param':
      case 'raw-param':
      case 'lazy-param': {
        const own = new Set([local]);
        return {
          call: { top: false, locals: own, names: NO_LOCALS },
          name: { top: false, locals: NO_LOCALS, names: own },
        };
      }
      case 'lazy-rest':
      case 'rest':
        return NO_FN;
      default:
        return this.locals.get(local) ?? NO_FN;
    }
  }

  private named(text: string): Facts {
    if (!text.startsWith('::')) return NO_FN;
    const fn = this.byName.get(text);
    if (fn) return { call: NOTHING, name: this.asValue(fn) };
    return this.natives.has(text) ? { call: NOTHING, name: this.nativeValue(text) } : NO_FN;
  }

  private nativeValue(name: string): Susp {
    const def = this.natives.get(name);
    if (!def) return TOP;
    if (def.s === null || (this.streams && def.iterates) || this.arrows.toBuiltin(def.converts)) return TOP;
    // Lazy parameters receive values when it is called as a value; callbacks may be anything.
    return def.poly.some((p) => (def.lazy & (1 << p.index)) === 0) ? TOP : NOTHING;
  }

  private typeValue(type: TypeRef): Susp {
    if (this.arrows.toType(type)) return TOP;
    const def: TypeDef | null = type.kind === 'named' ? type.type : null;
    return def?.constructors ? this.asValue(def.constructors) : NOTHING;
  }

  private result(node: Extract<Core, { kind: 'call' }>): Facts {
    const { callee } = node;
    switch (callee.kind) {
      case 'native': {
        const returns = callee.native.overloads.map((o) => o.returns);
        if (returns.every((r) => PLAIN_TYPES.test(r))) return NO_FN;
        return returns.every((r) => r === 'Str') ? SOME_STR : UNKNOWN;
      }
      case 'type':
      case 'variant':
        return NO_FN;
      case 'fn':
      case 'local-fn': {
        let call = NOTHING;
        let name = NOTHING;
        for (const index of callee.candidates) {
          const o = callee.fn.overloads[index];
          const facts = o && this.results.get(o);
          if (!o || !facts) continue;
          call = union(call, this.substitute(facts.call, o, node.args));
          name = union(name, this.substitute(facts.name, o, node.args));
        }
        return { call, name };
      }
      case 'dynamic':
        return UNKNOWN;
    }
  }
}
