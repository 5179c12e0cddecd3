/** Calls: preparation of arguments, choice of overload, tail calls, and whether the answer must be awaited. */
import type { Callee, CallNode, Core, CoreArg, Local } from '../analyse/core';
import type { FunctionDef, OverloadDef, ParamDef } from '../analyse/program';
import { localName, type Activation, type Dest } from './activation';
import { emit, isPlain, js } from './expr';
import { bodyName, emitFunctionValue, emitThunk } from './functions';
import { emitJump } from './loops';
import { emitOperator } from './operators';
import { emitRecursion } from './recursion';
import { isNone } from './suspension';

export function emitCall(ac: Activation, node: CallNode): string {
  const { callee } = node;
  const site = ac.cx.site(node.site);
  if (node.args.some((a) => a.mode === 'spread')) return emitSpreadCall(ac, node, site);
  switch (callee.kind) {
    case 'fn':
    case 'local-fn':
      return emitKnown(ac, node, callee.fn, callee.candidates, site);
    case 'native':
      return emitOperator(ac, node, site) ?? emitNative(ac, node, callee.native.name, site);
    case 'type':
      return emitConstruct(ac, node, site);
    case 'variant': {
      const [arg] = values(ac, node, site, () => 'strict');
      const waits = ac.cx.susp.arrows.toType({ kind: 'named', type: callee.enum });
      const variant = ac.cx.variant(callee.enum, callee.variant);
      return converting(ac, waits, 'makeVariant', `d, ${site}, ${variant}, ${arg ?? 'undefined'}`);
    }
    case 'dynamic':
      return emitDynamic(ac, node, site);
  }
}

/** A conversion by the runtime; in code that may wait one that waits for arrows, if any wait that it may apply. */
export function converting(ac: Activation, waits: boolean, name: string, args: string): string {
  if (ac.mode === 's' || !waits) return `${name}(fb, ${args})`;
  return `resume(fb, await converting(${name}, fb, ${args}))`;
}

type How = 'strict' | 'raw' | 'lazy';

/** Arguments as expressions, prepared for their parameters. */
function values(ac: Activation, node: CallNode, site: number, how: (index: number) => How): string[] {
  const parts = ac.spill(node.args.map((arg, i) => (): string => argument(ac, arg, how(i))));
  const strict = parts.map((_, i) => {
    const arg = node.args[i];
    return how(i) === 'strict' && arg !== undefined && !(arg.mode === 'value' && isPlain(ac, arg.value));
  });
  // All arguments are evaluated before the first one is looked at.
  const last = node.args.reduce((at, arg, i) => (hasEffects(arg) ? i : at), -1);
  const looked = strict.indexOf(true);
  const held = parts.map((js_, i) => (looked !== -1 && looked < last && i <= last ? ac.stable(js_) : js_));
  return held.map((js_, i) => (strict[i] ? `c(${site}, ${js_})` : js_));
}

function argument(ac: Activation, arg: CoreArg, how: How): string {
  if (arg.mode === 'thunk') {
    if (how === 'lazy') return emitThunk(ac, arg.thunk);
    return inlineThunk(ac, arg.thunk.body, arg.thunk.frame.locals.map(localName));
  }
  const value = emit(ac, arg.value);
  if (how === 'lazy') return arg.mode === 'pass-thunk' ? value : `asThunk(${value})`;
  return arg.mode === 'pass-thunk' ? `force(fb, d, ${value})` : value;
}

/** A lazy argument of a parameter that turns out to be strict: evaluated here. */
function inlineThunk(ac: Activation, body: Core, locals: readonly string[]): string {
  ac.temps.push(...locals);
  return emit(ac, body);
}

function hasEffects(arg: CoreArg): boolean {
  return arg.mode !== 'thunk' && !isQuiet(arg.value);
}

function isQuiet(node: Core): boolean {
  switch (node.kind) {
    case 'const':
    case 'local':
    case 'cell':
    case 'fn-ref':
    case 'native-ref':
    case 'type-ref':
    case 'variant-ref':
    case 'namespace':
    case 'lambda':
    case 'fn':
      return true;
    default:
      return false;
  }
}

// ---- functions of the program ---------------------------------------------------------------------------------

function paramFor(o: OverloadDef, index: number): ParamDef | undefined {
  return o.params[index] ?? (o.variadic ? o.params[o.params.length - 1] : undefined);
}

function howFor(o: OverloadDef, index: number): How {
  const param = paramFor(o, index);
  return param?.lazy ? 'lazy' : param?.raw ? 'raw' : 'strict';
}

function emitKnown(
  ac: Activation,
  node: CallNode,
  fn: FunctionDef,
  candidates: readonly number[],
  site: number,
): string {
  const [first] = candidates;
  const only = first === undefined ? undefined : fn.overloads[first];
  if (candidates.length === 1 && only) {
    const args = values(ac, node, site, (i) => howFor(only, i));
    return invoke(ac, node, fn, only, coerced(ac, fn, only, args, site), site);
  }
  return emitChoice(ac, node, fn, candidates, site);
}

/** Arguments of a parameter to whose type some arrow leads may have to be converted. */
function coerced(ac: Activation, fn: FunctionDef, o: OverloadDef, args: string[], site: number): string[] {
  return args.map((arg, i) => {
    const param = paramFor(o, i);
    const type = param?.type ?? null;
    if (!param?.coercible || param.lazy || type === null) return arg;
    ac.cx.typed.add(fn);
    const convert = (v: string): string =>
      converting(ac, ac.cx.susp.arrows.toType(type), 'coerce', `d, ${site}, ${ac.cx.test(type)}, ${v}`);
    const kind = PRIMITIVE_TYPES[type.kind === 'builtin' ? type.name : ''];
    if (kind === undefined) return convert(arg);
    if (kind.literal.test(arg)) return arg;
    const sum = kind.type === 'number' ? ac.sums.get(arg) : undefined;
    if (sum) return `${sum.head}${convert(sum.rest)})`;
    const held = /^[\w$]+$/.test(arg) ? arg : ac.temp();
    return `(typeof ${held === arg ? arg : `(${held} = ${arg})`} === "${kind.type}" ? ${held} : ${convert(held)})`;
  });
}

/** What is of the type already, as nearly all arguments are, is told in place. */
const PRIMITIVE_TYPES: Readonly<Record<string, { readonly type: string; readonly literal: RegExp }>> = {
  Int: { type: 'number', literal: /^-?\d+$/ },
  Str: { type: 'string', literal: /^"(?:[^"\\]|\\.)*"$/ },
  Bool: { type: 'boolean', literal: /^(?:true|false)$/ },
};

/** The argument list an overload expects: missing ones null, the rest in a Vec. */
function shaped(o: OverloadDef, args: readonly string[]): string[] {
  const fixed = Array.from({ length: o.fixed }, (_, i) => args[i] ?? 'null');
  return o.variadic ? [...fixed, `[${args.slice(o.fixed).join(', ')}]`] : fixed;
}

function invoke(
  ac: Activation,
  node: CallNode,
  fn: FunctionDef,
  o: OverloadDef,
  args: readonly string[],
  site: number,
): string {
  const { cx } = ac;
  const own = cx.susp.overload(o);
  const waits = ac.mode === 'a' && !isNone(cx.susp.inside(fn, [o.index], node.args));
  const list = [`fb, d - 1, ${site}`, ...shaped(o, args)].join(', ');
  if (waits) return `resume(fb, await ${called(node, fn, bodyName(fn, o, 'a'))}(${list}))`;
  if (ac.recursion?.overload === o) return emitRecursion(ac, ac.recursion, shaped(o, args), site);
  if (own.top && !cx.forced.has(fn)) return `cannotWait(${site}, ${js(fn.fullName)})`;
  return `${called(node, fn, bodyName(fn, o, 's'))}(${list})`;
}

function called(node: CallNode, fn: FunctionDef, name: string): string {
  const { callee } = node;
  return callee.kind === 'local-fn' && callee.maybeUnset ? `unset(${name}, ${js(fn.name)})` : name;
}

/** Several overloads of one arity: chosen by the types of the arguments. */
function emitChoice(
  ac: Activation,
  node: CallNode,
  fn: FunctionDef,
  candidates: readonly number[],
  site: number,
): string {
  const { cx } = ac;
  cx.typed.add(fn);
  const overloads = candidates.flatMap((i) => fn.overloads[i] ?? []);
  // A parameter that is lazy in some and strict in others receives a thunk and is forced where it is strict.
  const lazyAt = (i: number): boolean => overloads.some((o) => howFor(o, i) === 'lazy');
  const rawAt = (i: number): boolean => overloads.some((o) => howFor(o, i) === 'raw');
  const args = values(ac, node, site, (i) => (lazyAt(i) ? 'lazy' : rawAt(i) ? 'raw' : 'strict'));
  const list = ac.temp();
  const chosen = ac.temp();
  ac.write(`${list} = [${args.join(', ')}];`);
  ac.write(`${chosen} = ${choice(ac, overloads, site, `${fn.id}, ${js(candidates)}, ${list}`)};`);
  const result = ac.temp();
  overloads.forEach((o, k) => {
    const own = node.args.map((_, i) => {
      const item = `${list}[${i}]`;
      const strict = howFor(o, i) !== 'lazy';
      if (strict && lazyAt(i)) return `c(${site}, force(fb, d, ${item}))`;
      return howFor(o, i) === 'strict' && rawAt(i) ? `c(${site}, ${item})` : item;
    });
    const last = k === overloads.length - 1;
    const head =
      k === 0
        ? `if (${chosen} === ${o.index}) {`
        : last
          ? '} else {'
          : `} else if (${chosen} === ${o.index}) {`;
    ac.write(head);
    if (k === 0 && last) ac.write('');
    const inner = ac.block(() => ac.write(`${result} = ${invoke(ac, node, fn, o, own, site)};`));
    ac.lines.push(...inner.lines);
  });
  ac.write('}');
  return result;
}

function choice(ac: Activation, among: readonly OverloadDef[], site: number, args: string): string {
  const waits = among.some((o) => ac.cx.susp.arrows.toParams(o));
  return converting(ac, waits, 'choose', `d, ${site}, ${args}`);
}

/** A call in tail position that begins its own function anew. False when it has to be an ordinary call after all. */
export function emitTail(ac: Activation, node: CallNode, dest: Dest): boolean {
  const { self } = ac;
  const { callee } = node;
  if (!self || (callee.kind !== 'fn' && callee.kind !== 'local-fn')) return false;
  const own = callee.fn.overloads[self.index];
  if (own !== self || dest.kind !== 'var' || dest.name !== 'r') return false;
  const site = ac.cx.site(node.site);
  if (node.tail === 'self') {
    const args = values(ac, node, site, (i) => howFor(own, i));
    emitJump(ac, own, shaped(own, coerced(ac, callee.fn, own, args, site)));
    return true;
  }
  ac.cx.typed.add(callee.fn);
  const overloads = callee.candidates.flatMap((i) => callee.fn.overloads[i] ?? []);
  if (overloads.some((o) => o.params.some((p) => p.lazy || p.raw))) return false;
  const list = ac.temp();
  const chosen = ac.temp();
  const args = values(ac, node, site, () => 'strict');
  ac.write(`${list} = [${args.join(', ')}];`);
  ac.write(
    `${chosen} = ${choice(ac, overloads, site, `${callee.fn.id}, ${js(callee.candidates)}, ${list}`)};`,
  );
  const items = node.args.map((_, i) => `${list}[${i}]`);
  overloads.forEach((o) => {
    ac.write(`if (${chosen} === ${o.index}) {`);
    const inner = ac.block(() => {
      if (o === own) emitJump(ac, own, shaped(own, items));
      else ac.write(`r = ${invoke(ac, node, callee.fn, o, items, site)};`);
    });
    ac.lines.push(...inner.lines, '}');
  });
  return true;
}

// ---- the rest -------------------------------------------------------------------------------------------------

function emitNative(ac: Activation, node: CallNode, name: string, site: number): string {
  const def = ac.cx.natives.get(name);
  if (!def) return `halt(${site}, ${js(`Function '${name}' not found`)})`;
  const how = (i: number): How => {
    if ((def.lazy & (1 << i)) !== 0)
      return node.args[i]?.mode === 'value' && isDefinition(node, i) ? 'raw' : 'lazy';
    const rest = def.signature.overloads.some((o) => {
      const at = o.params.length - 1;
      return i >= at && o.params[at]?.variadic === true && o.params[at].lazy;
    });
    if (rest) return 'lazy';
    return def.raw === -1 || (def.raw & (1 << i)) !== 0 ? 'raw' : 'strict';
  };
  const args = values(ac, node, site, how);
  const list = [`fb, d, ${site}`, ...args].join(', ');
  const waits = ac.mode === 'a' && !isNone(ac.cx.susp.callee(node.callee, node.args));
  const n = ac.cx.native(name);
  if (waits) return `resume(fb, await ${n}.a(${list}))`;
  return def.s === null ? `cannotWait(${site}, ${js(name)})` : `${n}s(${list})`;
}

function isDefinition(node: CallNode, i: number): boolean {
  const arg = node.args[i];
  return arg?.mode === 'value' && arg.value.kind === 'definition';
}

function emitConstruct(ac: Activation, node: CallNode, site: number): string {
  const { callee } = node;
  if (callee.kind !== 'type') return 'null';
  const { cx } = ac;
  const { type } = callee;
  if (type.kind !== 'named') {
    const args = values(ac, node, site, () => 'strict');
    return `convertTo(fb, d, ${site}, ${cx.test(type)}, ${args[0] ?? 'null'})`;
  }
  const def = type.type;
  const own = def.constructors;
  const t = cx.type(def);
  const make = (value: string): string =>
    converting(ac, cx.susp.arrows.toType(type), 'make', `d, ${site}, ${t}, ${value}`);
  // Inside a constructor function a map makes the value itself; other arguments may go on to another overload.
  const inside = ac.constructing === def.id;
  const wrapsAny = inside && (def.kind !== 'struct' || def.fields.length === 0);
  if (own === null || wrapsAny) {
    const args = values(ac, node, site, () => 'strict');
    return make(args[0] ?? 'undefined');
  }
  const mapOnly =
    !inside &&
    own.overloads.some(
      (o) =>
        o.params.length === 1 && o.params[0]?.type?.kind === 'builtin' && o.params[0].type.name === 'Map',
    );
  const matching = own.overloads.filter(
    (o) => o.fixed === node.args.length || (o.variadic && o.fixed <= node.args.length),
  );
  const wantsDefault = node.args.length === 1 && !mapOnly;
  const functions = (args: CoreArg[]): string => {
    const callNode: CallNode = {
      ...node,
      args,
      callee: calleeOf(def.constructorLocal, own, matching.length > 0 ? matching : own.overloads),
      tail: 'none',
    };
    return emitCall(ac, callNode);
  };
  if (!wantsDefault) return functions([...node.args]);
  const [value] = values(ac, node, site, () => 'strict');
  const held = ac.stable(value ?? 'null');
  if (matching.length === 0) return make(held);
  const result = ac.temp();
  ac.write(`if (isPlainMap(${held}) || isOwn(${t}, ${held})) {`);
  ac.write(`${result} = ${make(held)};`);
  ac.write('} else {');
  const inner = ac.block(() => {
    ac.write(
      `${result} = ${functionsOn(ac, node, calleeOf(def.constructorLocal, own, matching), matching, held, site)};`,
    );
  });
  ac.lines.push(...inner.lines, '}');
  return result;
}

type KnownCallee = Extract<Callee, { kind: 'fn' | 'local-fn' }>;

function calleeOf(local: Local | null, fn: FunctionDef, overloads: readonly OverloadDef[]): KnownCallee {
  const candidates = overloads.map((o) => o.index);
  return local
    ? { kind: 'local-fn', local, fn, candidates, maybeUnset: false }
    : { kind: 'fn', fn, candidates };
}

/** Constructor functions applied to one value that is prepared already. */
function functionsOn(
  ac: Activation,
  node: CallNode,
  callee: KnownCallee,
  matching: readonly OverloadDef[],
  held: string,
  site: number,
): string {
  const [only] = matching;
  const { fn } = callee;
  const target: CallNode = { ...node, callee, tail: 'none' };
  if (matching.length === 1 && only) return invoke(ac, target, fn, only, [held], site);
  ac.cx.typed.add(fn);
  const list = ac.temp();
  const chosen = ac.temp();
  ac.write(`${list} = [${held}];`);
  const among = js(matching.map((o) => o.index));
  ac.write(`${chosen} = ${choice(ac, matching, site, `${fn.id}, ${among}, ${list}`)};`);
  const parts = matching.map((o) => ({ o, js: invoke(ac, target, fn, o, [`${list}[0]`], site) }));
  return parts.reduceRight(
    (rest, { o, js: call }) => (rest === '' ? call : `${chosen} === ${o.index} ? ${call} : ${rest}`),
    '',
  );
}

function emitDynamic(ac: Activation, node: CallNode, site: number): string {
  const { callee } = node;
  if (callee.kind !== 'dynamic') return 'null';
  const [fn = 'null', ...args] = ac.spill([
    (): string => emit(ac, callee.value),
    ...node.args.map((arg) => (): string => argument(ac, arg, 'raw')),
  ]);
  if (ac.mode === 's' || isNone(ac.cx.susp.facts(callee.value).call)) {
    return `dynamic(${[`fb, d - 1, ${site}`, fn, ...args].join(', ')})`;
  }
  const list = ac.temp();
  const held = ac.temp();
  ac.write(`${held} = ${fn};`);
  ac.write(`${list} = [${args.join(', ')}];`);
  return `(waitsFor(${held}, ${list}) ? resume(fb, await dynamicAsync(fb, d - 1, ${site}, ${held}, ${list})) : dynamic(fb, d - 1, ${site}, ${held}, ...${list}))`;
}

/** With spreads nothing is known of the number of arguments: the callee's value sorts it out. */
function emitSpreadCall(ac: Activation, node: CallNode, site: number): string {
  const { callee, args } = node;
  const target = (): string => {
    switch (callee.kind) {
      case 'fn':
        return emitFunctionValue(ac.cx, callee.fn);
      case 'local-fn':
        return localName(callee.local);
      case 'native':
        return emit(ac, { kind: 'native-ref', native: callee.native, start: node.start, end: node.end });
      case 'type':
        return emit(ac, { kind: 'type-ref', type: callee.type, start: node.start, end: node.end });
      case 'variant':
        return emit(ac, { ...callee, kind: 'variant-ref', start: node.start, end: node.end });
      case 'dynamic':
        return emit(ac, callee.value);
    }
  };
  const [fn = 'null', ...parts] = ac.spill([
    target,
    ...args.map((a) => (): string => argument(ac, a, a.mode === 'thunk' ? 'lazy' : 'raw')),
  ]);
  const list = parts.map((p, i) => (args[i]?.mode === 'spread' ? `...spread(${site}, ${p})` : p));
  const items = ac.temp();
  const held = ac.temp();
  ac.write(`${held} = ${fn};`);
  ac.write(`${items} = arguments_(${site}, [${list.join(', ')}]);`);
  const none = isNone(ac.cx.susp.callee(callee, args));
  if (ac.mode === 's' || none) return `dynamic(fb, d - 1, ${site}, ${held}, ...${items})`;
  return `(waitsFor(${held}, ${items}) ? resume(fb, await dynamicAsync(fb, d - 1, ${site}, ${held}, ${items})) : dynamic(fb, d - 1, ${site}, ${held}, ...${items}))`;
}
