/** Self tail calls: the body in a loop, new arguments in the parameters' variables. */
import type { Local } from '../analyse/core';
import type { OverloadDef } from '../analyse/program';
import { localName, type Activation } from './activation';
import { js } from './expr';
import { emitNumberLoops } from './number-loops';

/**
 * `k` counts the turns of this activation: a variable costs less than the fibre's fuel. Every 512 turns the run looks
 * whether it must stop (`Run.turns`); those that make up less are billed to the fibre at the end.
 */
const TURN = 'if ((++k & 511) === 0) again(fb);';
export const LOOP_END = 'fb.f -= k & 511;';

/** Variable of a parameter that tail calls assign. */
export const loopName = (local: Local): string => `${localName(local)}$`;

/** The loop around a body that was emitted by `ac`. */
export function emitLoop(ac: Activation, overload: OverloadDef, body: readonly string[]): string[] {
  const locals = [...overload.frame.locals.map(localName), ...ac.hoisted];
  const general = [
    'loop: for (;;) {',
    ...overload.params.map(({ local }) => `const ${localName(local)} = ${loopName(local)};`),
    ...(locals.length === 0 ? [] : [`let ${locals.join(', ')};`]),
    ...body,
    'break;',
    '}',
  ];
  const fast = ac.mode === 's' ? emitNumberLoops(ac, overload, loopName, TURN) : null;
  return fast === null ? general : ['run: {', ...fast, ...general, '}'];
}

/** Begins anew with these arguments. */
export function emitJump(ac: Activation, overload: OverloadDef, args: readonly string[]): void {
  const { params } = overload;
  // All new values are computed before the first parameter changes.
  const held = args.map((arg) => (params.length > 1 ? ac.stable(arg) : arg));
  for (const flow of [...ac.flows].reverse()) {
    ac.write(`if (${flow.name} !== null) flowEnd(fb, ${flow.name}, ${js(flow.branch)}, null);`);
  }
  params.forEach((param, i) => {
    ac.write(`${loopName(param.local)} = ${held[i] ?? 'null'};`);
  });
  ac.lines.push(TURN, 'continue loop;');
}
