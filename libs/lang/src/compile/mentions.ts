/** Which functions of the library a program mentions: what only few need is compiled in only for them. */
import type { Core } from '../analyse/core';
import type { Program } from '../analyse/program';
import { forEachCore } from '../analyse/visit-core';

export function mentionedNatives(program: Program): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (node: Core): void => {
    if (node.kind === 'native-ref') found.add(node.native.name);
    else if (node.kind === 'call' && node.callee.kind === 'native') found.add(node.callee.native.name);
    forEachCore(node, look);
  };
  for (const fn of program.functions) for (const overload of fn.overloads) look(overload.body);
  for (const step of program.init) look(step.value);
  return found;
}
