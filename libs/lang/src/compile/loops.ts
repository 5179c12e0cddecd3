/** Self tail calls: the body in a loop, new arguments in the parameters' variables. */
import type { Local } from '../analyse/core';
import type { OverloadDef } from '../analyse/program';
import { localName, type Activation, type FastLoops } from './activation';
import { js } from './expr';
import { emitNumberLoops } from './number-loops';

/**
 * `k` counts the turns of this activation: a variable costs less than the fibre's fuel. Every 512 turns the run looks
 * whether it must stop (`Run.turns`); those that make up less are billed to the fibre at the end. `u`: the open call
 * as long as flows are recorded in it; once they are no longer, the fast loops get their turn. Those whose turns are
 * all alike run in a recorded call, too: `w` is the turn from which on they are not told yet, `q` the branch of the turn
 * in which such a loop ended, 0 when none did.
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
  const { recorded } = fast;
  if (recorded === null) {
    // Without flows there is nothing to record in a turn.
    const lines = ac.hasFlows ? [`if (u === null) {`, ...fast.lines, '}'] : fast.lines;
    return ['run: for (;;) {', ...lines, ...general, 'break;', '}'];
  }
  const { site, flow, branch } = recorded;
  const turns = `${site}, ${flow}, ${js(branch)}, k - w`;
  return [
    'let w = k, q = 0;',
    'run: for (;;) {',
    ...fast.lines,
    `if (u !== null && k !== w) turned(fb, ${turns});`,
    ...general,
    'break;',
    '}',
    `if (q !== 0 && u !== null) turnedLast(fb, ${turns}, q, r);`,
  ];
}

/** To be asked for before the body is emitted. */
export function emitFastLoops(ac: Activation, overload: OverloadDef): FastLoops | null {
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
