/**
 * Direct recursion that is no loop (`fib(n - 1) + fib(n - 2)`). The engine never takes a function into its own body, so
 * a second body of such a function does: its calls of itself stand in place, one level deep, or two where there is one
 * such call.
 *
 * What can be seen stays as it is. A call in place takes its fuel and its level of depth, as the entry of a function
 * would; where there is none left it is a call again, which looks at the control words or halts. While calls are
 * recorded there is never fuel, so the second body is not for them: they keep the first one and its smaller frame on
 * the host's stack. Where an error comes from is told by variables that hold the call sites of the calls in place.
 */
import type { Core } from '../analyse/core';
import type { FunctionDef, OverloadDef } from '../analyse/program';
import { forEachCore } from '../analyse/visit-core';
import { localName, type Activation } from './activation';
import { emitInto } from './expr';

/** Parts of a body, and all of them in all places: beyond, the engine's own frame would cost more than the call. */
const MAX_PARTS = 60;
const MAX_CALLS = 4;

export interface Recursion {
  readonly overload: OverloadDef;
  /** The body with calls in place. */
  readonly inner: string;
  /** The body without. */
  readonly outer: string;
  /** Levels of calls in place; 0 in the body without. */
  readonly levels: number;
  /** How many of them are around what is being emitted. */
  level: number;
}

/** How many levels of calls in place are worth it; 0 when the function is none of this kind. */
export function recursionLevels(fn: FunctionDef, overload: OverloadDef): number {
  if (overload.loops || overload.variadic || overload.params.some((p) => p.lazy || p.rest)) return 0;
  let parts = 0;
  let calls = 0;
  let fits = true;
  const visit = (node: Core, own: boolean): void => {
    if (++parts > MAX_PARTS || !MAY_STAND_TWICE.has(node.kind)) fits = false;
    if (!fits) return;
    if (node.kind === 'call') {
      if (node.args.some((arg) => arg.mode === 'spread' || arg.mode === 'pass-thunk')) fits = false;
      const { callee } = node;
      if (own && callee.kind === 'fn' && callee.fn === fn && callee.candidates.includes(overload.index))
        calls++;
    }
    // Functions have names of their own, which must not be there twice.
    if (node.kind === 'block' && node.statements.some((s) => s.kind === 'local-type')) fits = false;
    // A lazy argument may run later, or never: calls in there remain calls.
    const lazy =
      node.kind === 'call' ? node.args.flatMap((a) => (a.mode === 'thunk' ? [a.thunk.body] : [])) : [];
    forEachCore(node, (part) => {
      visit(part, own && !lazy.includes(part));
    });
  };
  visit(overload.body, true);
  if (!fits || calls === 0 || calls > MAX_CALLS) return 0;
  return calls === 1 ? 2 : 1;
}

/** Without `lambda` and `fn`: a closure would make the engine keep the variables in memory. */
const MAY_STAND_TWICE: ReadonlySet<Core['kind']> = new Set([
  'const',
  'local',
  'cell',
  'fn-ref',
  'native-ref',
  'type-ref',
  'variant-ref',
  'namespace',
  'template',
  'vector',
  'map',
  'path',
  'call',
  'if',
  'logic',
  'cond',
  'match',
  'block',
  'raw',
  'halt',
]);

/** Holds the call site of the call in place at this level while it is under way. */
const placeName = (level: number): string => `w${level}`;

/** Declarations of a body with calls in place. */
export function placeNames(recursion: Recursion): string[] {
  return Array.from({ length: recursion.levels }, (_, level) => `${placeName(level)} = 0`);
}

/** In its `catch`: the frames of the calls in place, innermost first. */
export function placeFrames(recursion: Recursion, call: number): string {
  return Array.from({ length: recursion.levels }, (_, i) => recursion.levels - 1 - i)
    .map(
      (level) => `if (${placeName(level)} !== 0) e = up(e, ${call}, ${placeName(level)}, d - ${level + 1});`,
    )
    .join(' ');
}

/** A call of the function itself, `args` prepared; gives the variable of its result. */
export function emitRecursion(
  ac: Activation,
  recursion: Recursion,
  args: readonly string[],
  site: number,
): string {
  const { levels, level, inner, outer, overload } = recursion;
  // Its parameters have the names of ours: what is handed over is computed before they are declared.
  const held = args.map((arg) => (LITERAL.test(arg) ? arg : hold(ac, arg)));
  const list = [`fb, d - 1, ${site}`, ...held].join(', ');
  const result = ac.temp();
  if (levels === 0) {
    ac.write(`${result} = fb.f > 0 ? ${inner}(${list}) : ${outer}(${list});`);
    return result;
  }
  if (level === levels) return `${inner}(${list})`;
  const depth = ac.temp();
  const place = placeName(level);
  recursion.level++;
  const outside = ac.temps.length;
  const body = ac.block(() => {
    emitInto(ac, overload.body, { kind: 'var', name: result });
  });
  const locals = [...overload.frame.locals.map(localName), ...ac.temps.splice(outside)];
  recursion.level--;
  const params = overload.params.map(({ local }, i) => `${localName(local)} = ${held[i] ?? 'null'}`);
  ac.write('if (fb.f > 0 && d > 0) {');
  ac.write(`fb.f--; ${place} = ${site}; ${depth} = d - 1;`);
  ac.write(`{ const ${[`d = ${depth}`, ...params].join(', ')};`);
  if (locals.length > 0) ac.write(`let ${locals.join(', ')};`);
  ac.lines.push(...body.lines, `} ${place} = 0;`, `} else ${result} = ${inner}(${list});`);
  return result;
}

const LITERAL = /^(?:-?\d+|"(?:[^"\\]|\\.)*"|true|false|null)$/;

function hold(ac: Activation, value: string): string {
  const name = ac.temp();
  ac.write(`${name} = ${value};`);
  return name;
}
