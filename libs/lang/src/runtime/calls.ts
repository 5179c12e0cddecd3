/** Calling: which overload, how arguments are prepared, what a value that is no function gives. */
import { consume } from './boundaries';
import type { RunContext } from './run-context';
import { coerce, constructRef, fitness } from './types';
import { Fn, Tagged, Thunk, TypeValue, type OverloadCode, type Value } from './values';

/** Arguments as a call site has them: Results not consumed, lazy ones as thunks. */
export function callFn(rc: RunContext, given: Value, args: readonly Value[], isCallback = false): Value {
  const callee = functionOf(rc, given);
  if (callee instanceof Thunk) return callee.code(rc);
  if (callee instanceof TypeValue) return constructRef(rc, callee.ref, isCallback ? args : args.map(forced(rc)));
  if (!(callee instanceof Fn)) return args.length === 1 ? (args[0] ?? null) : null;
  return invoke(rc, callee, callee.overloads, args, isCallback);
}

/** What is to be called: typed functions and Results that hold one are unwrapped. */
export function functionOf(rc: RunContext, given: Value): Value {
  const value = consume(given);
  if (value instanceof Tagged && value.tag === '::hot::type/Fn') {
    const inner = value.payload ?? null;
    return typeof inner === 'string' ? (rc.program.entry(inner) ?? inner) : inner;
  }
  return value;
}

export const isCallable = (value: Value): boolean =>
  value instanceof Fn || value instanceof TypeValue || value instanceof Thunk || (value instanceof Tagged && value.tag === '::hot::type/Fn');

/** Chooses among the overloads, prepares the arguments and calls. */
export function invoke(
  rc: RunContext,
  fn: Fn,
  candidates: readonly OverloadCode[],
  given: readonly Value[],
  isCallback: boolean,
): Value {
  const count = given.length;
  const exact = candidates.filter((each) => !each.variadic && each.fixed === count);
  let overload = exact.at(-1);
  let args = given;
  if (exact.length > 1 || (exact.length === 1 && exact[0]?.types.some((type) => type >= 0) === true)) {
    const chosen = choose(rc, exact, given);
    overload = chosen.overload;
    args = chosen.args;
  } else if (overload === undefined) {
    overload = candidates
      .filter((each) => each.variadic && each.fixed <= count)
      .sort((a, b) => b.fixed - a.fixed)[0];
    overload ??= [...candidates].sort((a, b) => Math.abs(a.fixed - count) - Math.abs(b.fixed - count))[0];
  }
  if (overload === undefined) return null;
  return overload.code(rc, ...prepare(rc, overload, args, isCallback || fn.isResultAware));
}

function choose(
  rc: RunContext,
  exact: readonly OverloadCode[],
  given: readonly Value[],
): { readonly overload: OverloadCode | undefined; readonly args: readonly Value[] } {
  // Types are asked of what a strict parameter would see; thunks accept nothing but lazy parameters do not ask.
  const seen = given.map((arg) => (arg instanceof Tagged && arg.result === 1 ? consume(arg) : arg));
  let best: OverloadCode | undefined;
  let bestScore = -1;
  for (const overload of exact) {
    let score = 0;
    for (const [index, arg] of seen.entries()) {
      const fits = overload.lazy[index] === true ? 1 : fitness(rc, arg, overload.types[index] ?? -1);
      if (fits === 0) {
        score = -1;
        break;
      }
      score += fits;
    }
    if (score > bestScore) [best, bestScore] = [overload, score];
  }
  if (best !== undefined) return { overload: best, args: given };
  const converted = exact.flatMap((overload) => {
    const args = seen.map((arg, index) => {
      const type = overload.types[index] ?? -1;
      return overload.lazy[index] === true || fitness(rc, arg, type) > 0 ? arg : coerce(rc, arg, type);
    });
    return args.every((arg) => arg !== undefined) ? [{ overload, args: args as readonly Value[] }] : [];
  });
  return converted.length === 1 && converted[0] !== undefined ? converted[0] : { overload: exact.at(-1), args: given };
}

/** Strict parameters consume Results and force thunks; lazy ones get a thunk; missing ones are null. */
function prepare(rc: RunContext, overload: OverloadCode, args: readonly Value[], keep: boolean): Value[] {
  const one = (arg: Value, index: number): Value => {
    if (overload.lazy[index] === true) return arg instanceof Thunk ? arg : new Thunk(() => arg);
    const value = arg instanceof Thunk ? arg.code(rc) : arg;
    return keep || overload.raw[index] === true ? value : consume(value);
  };
  const prepared: Value[] = [];
  for (let i = 0; i < overload.fixed; i += 1) prepared.push(one(args[i] ?? null, i));
  if (overload.variadic) prepared.push(args.slice(overload.fixed).map((arg) => one(arg, overload.fixed)));
  return prepared;
}

const forced =
  (rc: RunContext) =>
  (arg: Value): Value =>
    consume(arg instanceof Thunk ? arg.code(rc) : arg);

/** `do x`. */
export function force(rc: RunContext, value: Value): Value {
  if (value instanceof Thunk) return value.code(rc);
  if (value instanceof Fn && value.isClosure && value.overloads[0]?.fixed === 0) return callFn(rc, value, []);
  return value;
}
