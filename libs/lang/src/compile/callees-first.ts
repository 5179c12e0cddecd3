/** An order in which what a function mentions comes before it, as far as recursion allows. */
import type { Callee, Core } from '../analyse/core';
import type { FunctionDef, TypeRef } from '../analyse/program';
import { forEachCore } from '../analyse/visit-core';

/** With an explicit stack: chains of calls are as long as programs. */
export function calleesFirst(functions: readonly FunctionDef[]): readonly FunctionDef[] {
  const seen = new Set<FunctionDef>();
  const order: FunctionDef[] = [];
  for (const root of functions) {
    if (seen.has(root)) continue;
    seen.add(root);
    const open = [{ fn: root, mentions: [...mentionsOf(root)] }];
    for (let top = open[0]; top; top = open[open.length - 1]) {
      const next = top.mentions.pop();
      if (next === undefined) {
        order.push(top.fn);
        open.pop();
      } else if (!seen.has(next)) {
        seen.add(next);
        open.push({ fn: next, mentions: [...mentionsOf(next)] });
      }
    }
  }
  const known = new Set(functions);
  return order.filter((fn) => known.has(fn));
}

function mentionsOf(fn: FunctionDef): ReadonlySet<FunctionDef> {
  const found = new Set<FunctionDef>();
  const walk = (node: Core): void => {
    const mentioned = mentionedBy(node);
    if (mentioned) found.add(mentioned);
    forEachCore(node, walk);
  };
  for (const overload of fn.overloads) walk(overload.body);
  return found;
}

function mentionedBy(node: Core): FunctionDef | null {
  switch (node.kind) {
    case 'call':
      return calleeOf(node.callee);
    case 'fn-ref':
    case 'fn':
      return node.fn;
    case 'type-ref':
      return constructorsOf(node.type);
    default:
      return null;
  }
}

function calleeOf(callee: Callee): FunctionDef | null {
  switch (callee.kind) {
    case 'fn':
    case 'local-fn':
      return callee.fn;
    case 'type':
      return constructorsOf(callee.type);
    default:
      return null;
  }
}

function constructorsOf(type: TypeRef): FunctionDef | null {
  return type.kind === 'named' ? type.type.constructors : null;
}
