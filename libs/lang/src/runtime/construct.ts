/** Making values of declared types. */
import { Arrows, type ArrowRt } from './arrows';
import { consumeAt } from './consume';
import { MAX_ARROW_DEPTH } from './display';
import { hardError } from './halt';
import { HotMap, MapBuilder } from './hot-map';
import type { ProgramRt } from './program-rt';
import { Replay } from './replay';
import { acceptance, hasType, shortTypeOf, TYPE_NS } from './types';
import {
  err,
  HotFn,
  ok,
  Res,
  SUSPENDS,
  Tagged,
  TypeInfo,
  TypeValue,
  type Fiber,
  type TypeTest,
  type Value,
} from './values';

/** Declared types nested in each other; deeper data is not built. */
const MAX_DEPTH = 1000;

export class Construct {
  readonly arrows: Arrows;
  private readonly typeValues = new Map<TypeInfo, TypeValue>();
  /** Of the conversion that is at work right now and may wait. */
  private replay: Replay | null = null;

  constructor(private readonly program: ProgramRt) {
    this.arrows = new Arrows(program);
  }

  /** Converts as `once` does, and waits for arrows that wait. */
  async waiting<A extends readonly unknown[], T>(
    once: (fb: Fiber, ...args: A) => T,
    fb: Fiber,
    ...args: A
  ): Promise<T> {
    return new Replay(this.program).run(fb, (replay) => {
      const outer = this.replay;
      this.replay = replay;
      try {
        return once(fb, ...args);
      } finally {
        this.replay = outer;
      }
    });
  }

  /** Making a value of the type may wait. */
  mayWait(info: TypeInfo, seen = new Set<TypeInfo>()): boolean {
    if (this.arrows.neverWait || seen.has(info)) return false;
    seen.add(info);
    const { def } = info;
    const test = (t: TypeTest): boolean => {
      if (t.kind === 'named') return this.mayWait(t.info, seen);
      if (t.kind === 'union') return t.members.some(test);
      return t.kind === 'generic' && t.args.some(test);
    };
    if (this.arrows.waitsTo(info.name)) return true;
    if (!def) return false;
    const variants = [...(def.variants?.values() ?? [])];
    return (
      def.fields.some((f) => test(f.type)) || variants.some((v) => v.payload !== null && test(v.payload))
    );
  }

  apply(fb: Fiber, d: number, site: number, arrow: ArrowRt, v: Value): Value {
    if (arrow.fn >= 0) {
      const fn = this.program.fn(arrow.fn);
      const { replay } = this;
      if (replay === null) return fn.s(fb, d - 1, site, v);
      // What the arrow itself converts is none of this conversion's.
      this.replay = null;
      try {
        return replay.answer(fb, d - 1, site, fn, v);
      } finally {
        this.replay = replay;
      }
    }
    if (arrow.target.kind !== 'named') return v;
    const { info } = arrow.target;
    if (info.variant !== null) return new Tagged(info, v instanceof Tagged ? v.val : v);
    return this.build(fb, d, site, info, v instanceof Tagged ? v.val : v, 0);
  }

  /** The argument of a parameter to whose type an arrow may lead. */
  coerce(fb: Fiber, d: number, site: number, test: TypeTest, v: Value): Value {
    if (acceptance(test, v) > 0) return v;
    const arrow = this.arrows.implicitTo(test, v);
    return arrow === null ? v : consumeAt(site, this.apply(fb, d, site, arrow, v));
  }

  /** `T -> Str` of a tagged value; undefined when there is none. */
  strOf(fb: Fiber, d: number, site: number, v: Tagged, depth: number): Value | undefined {
    const arrow = this.arrows.find(`${TYPE_NS}Str`, v);
    if (arrow === null || arrow.fn < 0) return undefined;
    const { r } = fb;
    if (depth > MAX_ARROW_DEPTH || r.strDepth >= MAX_ARROW_DEPTH) {
      throw hardError(
        site,
        `Str type dispatch recursion limit reached (depth ${MAX_ARROW_DEPTH}) for type '${v.type.name}'`,
      );
    }
    // Templates inside of arrows begin anew with every level. Where arrows wait the depth of calls is the limit.
    r.strDepth++;
    try {
      return consumeAt(site, this.apply(fb, d, site, arrow, v));
    } finally {
      r.strDepth--;
    }
  }

  // ---- default constructors -----------------------------------------------------------------------------------------

  /** `T(v)`; `undefined` stands for no argument. */
  make(fb: Fiber, d: number, site: number, info: TypeInfo, arg: Value | undefined): Value {
    const { def } = info;
    if (!def) return new Tagged(info, arg ?? null);
    if (def.kind === 'enum') return this.inferVariant(fb, d, site, info, arg ?? null);
    if (def.kind === 'alias')
      return arg instanceof Tagged && arg.type === info ? arg : new Tagged(info, arg ?? null);
    if (def.marker) {
      if (arg instanceof Tagged && arg.type.name === info.name) return arg;
      return new Tagged(info, arg ?? null);
    }
    if (arg === undefined) return err(`Type ${info.local} expected a map/object, got Null`);
    return this.fromValue(fb, d, site, info, arg, 0);
  }

  private fromValue(fb: Fiber, d: number, site: number, info: TypeInfo, v: Value, depth: number): Value {
    if (v instanceof HotMap) return this.build(fb, d, site, info, v, depth);
    if (v instanceof Tagged) {
      if (v.type.name === info.name) return v;
      const arrow = this.arrows.find(info.name, v);
      if (arrow) return this.apply(fb, d, site, arrow, v);
      if (v.val instanceof HotMap) return this.build(fb, d, site, info, v.val, depth);
    } else {
      const arrow = this.arrows.find(info.name, v);
      if (arrow) return this.apply(fb, d, site, arrow, v);
    }
    return err(`Type ${info.local} expected a map/object, got ${shortTypeOf(v)}`);
  }

  private build(fb: Fiber, d: number, site: number, info: TypeInfo, map: Value, depth: number): Value {
    const { def } = info;
    if (!(map instanceof HotMap) || !def || def.kind !== 'struct') return new Tagged(info, map);
    if (depth > MAX_DEPTH) return err(`Type ${info.local} is nested too deeply`);
    const missing = def.fields
      .filter((f) => f.required && map.getStr(f.name) === undefined)
      .map((f) => f.name);
    if (missing.length > 0)
      return err(`Type ${info.name} is missing required field(s): ${missing.join(', ')}`);
    let out: MapBuilder | null = null;
    for (const field of def.fields) {
      const given = map.getStr(field.name);
      if (given === undefined || given === null) continue;
      const made = this.field(fb, d, site, field.type, given, depth + 1);
      if (made === given) continue;
      if (made instanceof Res && !made.ok && !(given instanceof Res)) {
        return err(`In field '${field.name}' of type ${info.local}: ${String(made.val)}`);
      }
      if (out === null) {
        out = new MapBuilder();
        for (let i = 0; i < map.size; i++) out.set(map.keyAt(i), map.valueAt(i));
      }
      out.set(field.name, made);
    }
    return new Tagged(info, out === null ? map : out.done());
  }

  /** A value for a declared type; the value itself where nothing is to be built, an Err where it cannot be. */
  private field(fb: Fiber, d: number, site: number, test: TypeTest, v: Value, depth: number): Value {
    if (v === null || v instanceof Res) return v;
    switch (test.kind) {
      case 'named':
        return this.namedField(fb, d, site, test.info, v, depth);
      case 'generic':
        return this.generic(fb, d, site, test, v, depth);
      case 'union':
        return this.unionField(fb, d, site, test.members, v, depth);
      default:
        return v;
    }
  }

  private namedField(fb: Fiber, d: number, site: number, info: TypeInfo, v: Value, depth: number): Value {
    const { def } = info;
    if (!def || hasType(v, info.name)) return v;
    if (def.kind === 'enum') {
      if (v instanceof HotMap) {
        const made = this.candidates(fb, d, site, info, v, depth);
        return made.length === 1 ? (made[0] ?? v) : v;
      }
      return this.enrolled(fb, d, site, info, v);
    }
    if (def.kind === 'alias' || def.marker) {
      const arrow = this.arrows.find(info.name, v);
      return arrow ? this.apply(fb, d, site, arrow, v) : v;
    }
    if (v instanceof HotMap) return this.build(fb, d, site, info, v, depth);
    const arrow = this.arrows.find(info.name, v);
    return arrow ? this.apply(fb, d, site, arrow, v) : v;
  }

  private enrolled(fb: Fiber, d: number, site: number, info: TypeInfo, v: Value): Value {
    const arrow = this.arrows.implicitTo({ kind: 'named', info }, v);
    return arrow ? this.apply(fb, d, site, arrow, v) : v;
  }

  private generic(
    fb: Fiber,
    d: number,
    site: number,
    test: Extract<TypeTest, { kind: 'generic' }>,
    v: Value,
    depth: number,
  ): Value {
    const base = test.base.kind === 'builtin' ? test.base.name : '';
    const item = test.args[test.args.length - 1];
    if (item === undefined) return v;
    if (base === 'Vec' && Array.isArray(v)) {
      let changed = false;
      const out: Value[] = [];
      for (let i = 0; i < v.length; i++) {
        const one = v[i] ?? null;
        const made = this.field(fb, d, site, item, one, depth + 1);
        if (made instanceof Res && !made.ok && !(one instanceof Res)) {
          return err(`In Vec item ${i}: ${String(made.val)}`);
        }
        changed ||= made !== one;
        out.push(made);
      }
      return changed ? out : v;
    }
    if (base === 'Map' && v instanceof HotMap && test.args.length === 2) {
      const out = new MapBuilder();
      for (let i = 0; i < v.size; i++) {
        const made = this.field(fb, d, site, item, v.valueAt(i), depth + 1);
        if (made instanceof Res && !made.ok && !(v.valueAt(i) instanceof Res)) return made;
        out.set(v.keyAt(i), made);
      }
      return out.done();
    }
    return v;
  }

  private unionField(
    fb: Fiber,
    d: number,
    site: number,
    members: readonly TypeTest[],
    v: Value,
    depth: number,
  ): Value {
    // A plain map may stand for a struct among the members; anything else that fits stays as it is.
    const plainMap = v instanceof HotMap;
    for (const member of members) {
      if (acceptance(member, v) === 0) continue;
      if (member.kind === 'generic') return this.field(fb, d, site, member, v, depth);
      return v;
    }
    // `T?` is a field of type T that may be null, with the messages and the tolerance of T.
    const [only, another] = members.filter((m) => m.kind !== 'builtin' || m.name !== 'Null');
    if (only !== undefined && another === undefined) return this.field(fb, d, site, only, v, depth);
    const made: Value[] = [];
    for (const member of members) {
      if (member.kind !== 'named' || !member.info.def) continue;
      if (plainMap && member.info.def.kind === 'enum') {
        made.push(...this.candidates(fb, d, site, member.info, v, depth));
        continue;
      }
      if (member.info.def.kind === 'alias') continue;
      const one =
        plainMap || this.arrows.find(member.info.name, v)
          ? this.namedField(fb, d, site, member.info, v, depth)
          : v;
      if (one !== v && !(one instanceof Res && !one.ok)) made.push(one);
    }
    const [one] = made;
    if (made.length === 1 && one !== undefined) return one;
    const names = members.map(testName).join(' | ');
    return err(
      made.length === 0
        ? `Value does not match any member of union ${names}`
        : `Value ambiguously matches several members of union ${names}`,
    );
  }

  // ---- variants -------------------------------------------------------------------------------------------------------

  /** Data variants whose payload can be made from a map. */
  private candidates(
    fb: Fiber,
    d: number,
    site: number,
    info: TypeInfo,
    map: HotMap,
    depth: number,
  ): Value[] {
    const made: Value[] = [];
    for (const { info: variant, payload } of info.def?.variants.values() ?? []) {
      if (payload === null || payload.kind !== 'named' || payload.info.def?.kind !== 'struct') continue;
      const value = this.build(fb, d, site, payload.info, map, depth);
      if (value instanceof Tagged && !(value instanceof Res)) made.push(new Tagged(variant, value.val));
    }
    return made;
  }

  private inferVariant(fb: Fiber, d: number, site: number, info: TypeInfo, v: Value): Value {
    if (hasType(v, info.name)) return v;
    if (v instanceof HotMap) {
      const made = this.candidates(fb, d, site, info, v, 0);
      if (made.length === 1) return made[0] ?? v;
    }
    const converted = this.enrolled(fb, d, site, info, v);
    if (converted !== v) return converted;
    return err(`Value does not match any variant of ${info.local}`);
  }

  makeVariant(fb: Fiber, d: number, site: number, info: TypeInfo, arg: Value | undefined): Value {
    if (info.name === '::hot::type/Result.Ok') return ok(arg ?? null);
    if (info.name === '::hot::type/Result.Err') return err(arg ?? null);
    const payload = info.parent?.def?.variants.get(info.variant ?? '')?.payload ?? null;
    if (payload === null) return new Tagged(info, null, true);
    const v = arg ?? null;
    if (payload.kind !== 'named' || !payload.info.def) return new Tagged(info, v);
    const { def } = payload.info;
    if (def.kind !== 'struct' || def.marker) {
      return new Tagged(info, v instanceof Tagged && v.type.name === payload.info.name ? v.val : v);
    }
    const made = this.fromValue(fb, d, site, payload.info, v, 0);
    if (made instanceof Res) return made;
    return new Tagged(info, made instanceof Tagged ? made.val : made);
  }

  // ---- types as values --------------------------------------------------------------------------------------------------

  typeValue(info: TypeInfo, index: number): TypeValue {
    let value = this.typeValues.get(info);
    if (value === undefined) {
      value = new TypeValue(
        info,
        this.constructorFn(info, this.program.tables.types[index]?.constructors ?? -1),
      );
      this.typeValues.set(info, value);
    }
    return value;
  }

  private constructorFn(info: TypeInfo, constructors: number): HotFn {
    const plain = (fb: Fiber, d: number, site: number, arg?: Value): Value =>
      this.make(fb, d, site, info, arg);
    const waits = this.mayWait(info);
    const plainAsync = async (fb: Fiber, d: number, site: number, arg?: Value): Promise<Value> =>
      waits ? this.waiting(plain, fb, d, site, arg) : plain(fb, d, site, arg);
    if (constructors < 0) {
      return new HotFn(info.name, plain, plainAsync, waits ? SUSPENDS.maybe : SUSPENDS.never, 0, 0, -1);
    }
    const functions = (): HotFn => this.program.fn(constructors);
    const wantsDefault = (args: readonly Value[]): boolean => {
      const [arg] = args;
      return (
        args.length === 1 && (arg instanceof HotMap || (arg instanceof Tagged && arg.type.name === info.name))
      );
    };
    const fn = functions();
    return new HotFn(
      info.name,
      (fb, d, site, ...args) =>
        wantsDefault(args) ? plain(fb, d, site, args[0]) : fn.s(fb, d, site, ...args),
      async (fb, d, site, ...args) =>
        wantsDefault(args)
          ? plainAsync(fb, d, site, args[0])
          : fn.x === SUSPENDS.never
            ? fn.s(fb, d, site, ...args)
            : fn.a(fb, d, site, ...args),
      waits ? SUSPENDS.maybe : fn.x,
      fn.raw,
      fn.lazy,
      -1,
    );
  }
}

function testName(test: TypeTest): string {
  switch (test.kind) {
    case 'any':
      return 'Any';
    case 'builtin':
      return test.name;
    case 'named':
      return test.info.local;
    case 'literal':
      return typeof test.value === 'string' ? `"${test.value}"` : String(test.value);
    case 'union':
      return test.members.map(testName).join(' | ');
    case 'generic':
      return testName(test.base);
  }
}
