/** Function bodies, closures, thunks and function values. */
import type { Core, Frame, Local, Thunk } from '../analyse/core';
import type { FunctionDef, InitStep, OverloadDef } from '../analyse/program';
import { Activation, localName } from './activation';
import type { Context, Mode } from './context';
import { emit, emitInto, js } from './expr';
import { emitFastLoops, emitLoop, LOOP_END, loopName } from './loops';
import { placeFrames, placeNames, recursionLevels, type Recursion } from './recursion';
import { deciding, isNone, type Susp } from './suspension';

export const bodyName = (fn: FunctionDef, overload: OverloadDef, mode: Mode): string =>
  `f${fn.id}_${overload.index}${mode}`;

/** Which bodies an overload has when it is emitted inside code of this mode. */
export function bodiesOf(
  susp: Susp,
  own: readonly Local[],
  around: Mode,
): { readonly s: boolean; readonly a: boolean; readonly x: 0 | 1 | 2 } {
  if (susp.top) return { s: false, a: true, x: 1 };
  // In synchronous code whatever the enclosing functions were given does not wait.
  const locals = deciding(susp).filter((l) => around === 'a' || own.includes(l));
  if (locals.length === 0) return { s: true, a: false, x: 0 };
  if (locals.every((l) => own.includes(l))) return { s: true, a: true, x: 2 };
  return { s: false, a: true, x: 1 };
}

interface BodyParts {
  readonly params: readonly Local[];
  readonly frame: Frame;
  readonly body: Core;
  readonly overload: OverloadDef | null;
  readonly name: string;
  readonly file: number;
  readonly constructing: number;
  /** Missing arguments become null here rather than in a wrapper. */
  readonly defaults: boolean;
}

/** `(fb, d, site, …) => { … }` without the head: parameters and body. */
function emitBody(
  cx: Context,
  mode: Mode,
  parts: BodyParts,
  recursion: Recursion | null = null,
): { readonly params: string; readonly body: string[] } {
  const { overload } = parts;
  const loop = overload?.loops === true ? overload : null;
  const names = loop ? parts.params.map(loopName) : parts.params.map(localName);
  const ac = new Activation(cx, mode, parts.file, loop, parts.name, parts.constructing, true);
  ac.recursion = recursion;
  const call = cx.call(parts.name);
  if (loop) ac.fastLoops = emitFastLoops(ac, loop);
  const inner = ac.block(() => emitInto(ac, parts.body, { kind: 'var', name: 'r' }));
  const declared = (list: readonly string[]): string[] =>
    list.length === 0 ? [] : [`let ${list.join(', ')};`];
  // Without a list for the arguments of most calls.
  const enter = names.length < 3 ? `enter${names.length}` : 'enter';
  const args = names.length < 3 ? names.map((n) => `, ${n}`).join('') : `, [${names.join(', ')}]`;
  const places = recursion === null ? [] : placeNames(recursion);
  const frames = recursion === null ? '' : `${placeFrames(recursion, call)} `;
  const out = [
    `let ${['r = null, t = null', ...(loop ? ['k = 0'] : []), ...places].join(', ')};`,
    ...declared(ac.temps),
    `if ((--fb.f | d) < 0) t = ${enter}(fb, d, site, ${call}${args});`,
    'try {',
  ];
  // Until something is really waited for, calls of asynchronous bodies lie on the host's stack, which is full long
  // before the limit of depth is reached. Every so many levels one goes on from an empty stack.
  if (mode === 'a') out.push(`if ((d & 255) === 128) resume(fb, await null);`);
  if (loop) {
    out.push(
      'let u = t === null ? null : flowing(t);',
      ...emitLoop(ac, loop, inner.lines),
      LOOP_END,
      `} catch (e) { throw up(e, ${call}, site, d); }`,
      'if (t !== null) exitLoop(fb, t, r, k);',
    );
  } else {
    out.push(
      ...declared([...parts.frame.locals.map(localName), ...ac.hoisted]),
      ...inner.lines,
      `} catch (e) { ${frames}throw up(e, ${call}, site, d); }`,
      'if (t !== null) exit(fb, t, r);',
    );
  }
  out.push('return r;');
  const params = ['fb', 'd', 'site', ...names.map((n) => (parts.defaults ? `${n} = null` : n))];
  return { params: params.join(', '), body: out };
}

/** A top-level function: a declaration per body. */
export function emitTopFunction(cx: Context, fn: FunctionDef): void {
  for (const overload of fn.overloads) {
    const susp = cx.susp.overload(overload);
    const bodies = bodiesOf(
      susp,
      overload.params.map((p) => p.local),
      'a',
    );
    const modes: Mode[] = [];
    if (bodies.s || cx.forced.has(fn)) modes.push('s');
    if (bodies.a) modes.push('a');
    const parts = partsOf(cx, fn, overload);
    const declare = (head: string, mode: Mode, recursion: Recursion | null): void => {
      const { params, body } = emitBody(cx, mode, parts, recursion);
      cx.top.push(`${head}(${params}) {`, ...body, '}');
    };
    for (const mode of modes) {
      const name = bodyName(fn, overload, mode);
      if (mode === 'a') {
        declare(`async function ${name}`, mode, null);
        continue;
      }
      const levels = parts.constructing === -1 ? recursionLevels(fn, overload) : 0;
      const inner = `r${name}`;
      const recursion = { overload, inner, outer: name, level: 0 };
      declare(`function ${name}`, mode, levels === 0 ? null : { ...recursion, levels: 0 });
      if (levels > 0) declare(`function ${inner}`, mode, { ...recursion, levels });
    }
  }
}

function partsOf(cx: Context, fn: FunctionDef, overload: OverloadDef): BodyParts {
  return {
    params: overload.params.map((p) => p.local),
    frame: overload.frame,
    body: overload.body,
    overload,
    name: fn.fullName,
    file: overload.file,
    constructing: cx.constructorOf.get(fn) ?? -1,
    defaults: false,
  };
}

/** Rows of an overload table: fixed, variadic, raw bits, lazy bits, synchronous and asynchronous body. */
function rows(cx: Context, fn: FunctionDef, bodies: (o: OverloadDef) => { s: string; a: string }): string {
  const list = fn.overloads.map((o) => {
    let raw = 0;
    let lazy = 0;
    o.params.forEach((p, i) => {
      if (p.raw) raw |= 1 << i;
      if (p.lazy) lazy |= p.rest ? -1 << i : 1 << i;
    });
    const { s, a } = bodies(o);
    return `[${o.fixed}, ${o.variadic}, ${raw}, ${lazy}, ${s}, ${a}]`;
  });
  if (fn.overloads.length > 1 || fn.overloads.some((o) => o.params.some((p) => p.coercible)))
    cx.typed.add(fn);
  return `[${list.join(', ')}]`;
}

/** The value of a top-level function, made when first asked for. */
export function emitFunctionValue(cx: Context, fn: FunctionDef): string {
  cx.values.add(fn);
  return `F(${fn.id})`;
}

/** Rows for the program's table of functions. */
export function functionRow(cx: Context, fn: FunctionDef): string {
  const s = cx.susp.asValue(fn);
  let x = 0;
  for (const o of fn.overloads) {
    const bodies = bodiesOf(
      cx.susp.overload(o),
      o.params.map((p) => p.local),
      'a',
    );
    x = x === 1 || bodies.x === 1 ? 1 : Math.max(x, bodies.x);
  }
  if (isNone(s)) x = 0;
  if (cx.susp.converts(fn)) x = 1;
  const table = rows(cx, fn, (o) => {
    const bodies = bodiesOf(
      cx.susp.overload(o),
      o.params.map((p) => p.local),
      'a',
    );
    return {
      s: bodies.s || cx.forced.has(fn) ? bodyName(fn, o, 's') : 'null',
      a: bodies.a ? bodyName(fn, o, 'a') : 'null',
    };
  });
  return `[${js(fn.fullName)}, ${x}, ${table}]`;
}

/** A local or anonymous `fn`: assigns its bodies to variables, gives the function value. */
export function emitFnValue(ac: Activation, fn: FunctionDef, local: Local | null): string {
  const { cx } = ac;
  let x = cx.susp.converts(fn) ? 1 : 0;
  const names = new Map<OverloadDef, { s: string; a: string }>();
  for (const overload of fn.overloads) {
    const bodies = bodiesOf(
      cx.susp.overload(overload),
      overload.params.map((p) => p.local),
      ac.mode,
    );
    x = x === 1 || bodies.x === 1 ? 1 : Math.max(x, bodies.x);
    const emitted = { s: 'null', a: 'null' };
    for (const mode of ['s', 'a'] as const) {
      if (!bodies[mode]) continue;
      const { params, body } = emitBody(cx, mode, partsOf(cx, fn, overload));
      const name = bodyName(fn, overload, mode);
      const arrow = `${mode === 'a' ? 'async ' : ''}(${params}) => {`;
      if (local === null) {
        const held = ac.temp();
        ac.write(`${held} = ${arrow}`);
        emitted[mode] = held;
      } else {
        // Variables of the activation, so that local functions see each other.
        ac.hoisted.push(name);
        ac.write(`${name} = ${arrow}`);
        emitted[mode] = name;
      }
      ac.lines.push(...body, '};');
    }
    names.set(overload, emitted);
  }
  const table = rows(cx, fn, (o) => names.get(o) ?? { s: 'null', a: 'null' });
  return withParams(cx, `closure(${fn.id}, ${x}, ${table})`, fn.overloads[0]?.params ?? []);
}

export function emitLambda(ac: Activation, node: Extract<Core, { kind: 'lambda' }>): string {
  const { cx } = ac;
  const bodies = bodiesOf(cx.susp.body(node.body), node.params, ac.mode);
  const parts: BodyParts = {
    params: node.params,
    frame: node.frame,
    body: node.body,
    overload: null,
    name: `${ac.fullName}.<lambda>`,
    file: ac.file,
    constructing: -1,
    defaults: true,
  };
  const emitted = { s: 'null', a: 'null' };
  for (const mode of ['s', 'a'] as const) {
    if (!bodies[mode]) continue;
    const { params, body } = emitBody(cx, mode, parts);
    emitted[mode] = `${mode === 'a' ? 'async ' : ''}(${params}) => {\n${body.join('\n')}\n}`;
  }
  return withParams(
    cx,
    `lambda(${emitted.s}, ${emitted.a}, ${bodies.x}, ${node.params.length})`,
    node.params,
  );
}

/** Names of the parameters of a closure, in programs that give arguments by name. */
function withParams(cx: Context, value: string, params: readonly { readonly name: string }[]): string {
  if (!cx.susp.mentioned.has('::hot::internal::mcp/invoke-with-input')) return value;
  return `withParams(${value}, ${js(params.map(({ name }) => name))})`;
}

/** A lazy argument. */
export function emitThunk(ac: Activation, thunk: Thunk): string {
  const { cx } = ac;
  const susp = cx.susp.body(thunk.body);
  const waits = ac.mode === 'a' && !isNone(susp);
  if (ac.mode === 's' || !waits) return `thunk(${thunkBody(ac, thunk, 's')}, null)`;
  return `thunk(null, ${thunkBody(ac, thunk, 'a')})`;
}

function thunkBody(ac: Activation, thunk: Thunk, mode: Mode): string {
  // Runs with the caller's fibre and depth, which it captures; its frame is its own.
  const inner = new Activation(ac.cx, mode, ac.file, null, ac.fullName, ac.constructing, ac.traced);
  const { lines, value } = inner.block(() => emit(inner, thunk.body));
  const locals = [...thunk.frame.locals.map(localName), ...inner.hoisted];
  const declared = [...locals, ...inner.temps];
  const head = mode === 'a' ? 'async () =>' : '() =>';
  if (lines.length === 0 && declared.length === 0)
    return `${head} ${value.startsWith('{') ? `(${value})` : value}`;
  const let_ = declared.length === 0 ? [] : [`let ${declared.join(', ')};`];
  return `${head} {\n${[...let_, ...lines].join('\n')}\nreturn ${value};\n}`;
}

/** One step of top-level evaluation: a function without parameters. */
export function emitInit(
  cx: Context,
  step: InitStep,
  steps: (ac: Activation) => string,
): { readonly mode: Mode; readonly code: string } {
  const susp = cx.susp.body(step.value);
  const mode: Mode = isNone(susp) ? 's' : 'a';
  const name = step.kind === 'expression' ? `${step.ns.name}/<top level>` : step.cell.fullName;
  const ac = new Activation(cx, mode, step.file, null, name, -1, true);
  const call = cx.call(name);
  let path = 'null';
  const inner = ac.block(() => {
    emitInto(ac, step.value, { kind: 'var', name: 'r' });
    path = steps(ac);
  });
  const locals = [...step.frame.locals.map(localName), ...ac.hoisted, ...ac.temps];
  const out = [
    `${mode === 'a' ? 'async ' : ''}(fb, d, site) => {`,
    'let r = null, t = null;',
    ...(locals.length === 0 ? [] : [`let ${locals.join(', ')};`]),
    // The library's own values are none of the run's business.
    cx.program.origins[step.file] === 'std'
      ? ''
      : `if ((--fb.f | d) < 0) t = enterTop(fb, d, site, ${call});`,
    'try {',
    ...inner.lines,
    `} catch (e) { throw up(e, ${call}, site, d); }`,
    'if (t !== null) exit(fb, t, r);',
    step.kind === 'assign' ? `return [r, ${path}];` : 'return r;',
    '}',
  ];
  return { mode, code: out.join('\n') };
}
