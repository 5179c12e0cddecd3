/** Self tail calls: the body in a loop, new arguments in the parameters' variables. */
import type { Local } from '../analyse/core';
import type { OverloadDef } from '../analyse/program';
import { localName, type Activation } from './activation';
import { js } from './expr';
import { emitNumberLoops } from './number-loops';

/**
 * `k` counts the turns of this activation: a variable costs less than the fibre's fuel. Every 512 turns the run looks
 * whether it must stop (`Run.turns`); those that make up less are billed to the fibre at the end. `u`: the open call
 * as long as flows are recorded in it; once they are no longer, the fast loops get their turn.
 */
const TURN = 'if ((++k & 511) === 0) u = again(fb, u);';
const TURN_TO_FAST = 'if ((++k & 511) === 0 && u !== (u = again(fb, u))) continue run;';
export const LOOP_END = 'fb.f -= k & 511;';

/** Variable of a parameter that tail calls assign. */
export const loopName = (local: Local): string => `${localName(local)}$`;

/** The loop around a body that was emitted by `ac`. */
export function emitLoop(ac: Activation, overload: OverloadDef, body: readonly string[]): string[] {
  const locals = [...overload.frame.locals.map(localName), ...ac.hoisted];
  const { fastLoops: fast } = ac;
  const general = [
    'loop: for (;;) {',
    ...overload.params.map(({ local }) => `const ${localName(local)} = ${loopName(local)};`),
    ...(locals.length === 0 ? [] : [`let ${locals.join(', ')};`]),
    ...body,
    'break;',
    '}',
  ];
  if (fast === null) return general;
  // Without flows there is nothing to record in a turn.
  const lines = ac.hasFlows ? [`if (u === null) {`, ...fast, '}'] : fast;
  return ['run: for (;;) {', ...lines, ...general, 'break;', '}'];
}

/** To be asked for before the body is emitted. */
export function emitFastLoops(ac: Activation, overload: OverloadDef): string[] | null {
  return ac.mode === 's' ? emitNumberLoops(ac, overload, loopName) : null;
}

/** Begins anew with these arguments. */
export function emitJump(ac: Activation, overload: OverloadDef, args: readonly string[]): void {
  const { params } = overload;
  // All new values are computed before the first parameter changes.
  const held = args.map((arg) => (params.length > 1 ? ac.stable(arg) : arg));
  for (const flow of [...ac.flows].reverse()) {
    ac.write(`if (${flow.name} !== null) flowTurn(fb, ${flow.name}, ${js(flow.branch)});`);
  }
  params.forEach((param, i) => {
    ac.write(`${loopName(param.local)} = ${held[i] ?? 'null'};`);
  });
  ac.lines.push(ac.fastLoops === null ? TURN : TURN_TO_FAST, 'continue loop;');
}
