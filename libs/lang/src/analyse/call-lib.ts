import type { CallExpr, Expr } from '../syntax/ast';
import { nativeSignature } from './callee';
import type { Core } from './core';
import { callTarget } from './lower-calls';
import type { Target } from './lower-calls';
import { fullPath, halt, resolveName } from './names';
import type { Env } from './scope';

/** `call-lib(::ns/name, [args])`: a native by its full name. Null when the call is another one. */
export function callLib(env: Env, expr: CallExpr): Core | null {
  const { callee } = expr;
  if (callee.kind !== 'name' || callee.name !== 'call-lib') return null;
  if (resolveName(env, 'call-lib').kind !== 'unknown') return null;
  const [first, second] = expr.args;
  const name = first ? nativeName(env, first.value) : null;
  const native = name === null ? undefined : env.a.natives.get(name);
  if (!native) {
    const message =
      name === null
        ? 'call-lib expects the full name of a native function'
        : `Unknown native function '${name}'`;
    env.a.sink.error('call-lib-error', message, env.file, first ?? expr);
    return halt(expr, message);
  }
  const target: Target = {
    kind: 'other',
    signature: { ...nativeSignature(env.a.nativeShapes, native), lenient: true },
    callee: () => ({ kind: 'native', native }),
    fn: null,
    member: { kind: 'native', native },
    text: native.name,
  };
  const args =
    second?.value.kind === 'vector' && !second.spread
      ? second.value.elements.map((element) => ({ ...element, lazy: false }))
      : second
        ? [{ ...second, spread: true }]
        : [];
  return callTarget(env, target, args, null, expr, false);
}

function nativeName(env: Env, expr: Expr): string | null {
  if (expr.kind === 'str') return expr.value;
  if (expr.kind === 'qualified' && expr.name !== null) return `${fullPath(env, expr.path)}/${expr.name}`;
  return null;
}
