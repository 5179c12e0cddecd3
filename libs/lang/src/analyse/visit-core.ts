import type { Core, CoreArg, CoreStatement, CoreStep } from './core';

/**
 * Direct parts of a node, in order of evaluation where there is one. Bodies of lambdas and thunks count as parts;
 * those of FnNodes belong to their FunctionDef and do not.
 */
export function forEachCore(node: Core, each: (part: Core) => void): void {
  switch (node.kind) {
    case 'template':
      for (const part of node.parts) if (typeof part !== 'string') each(part);
      return;
    case 'vector':
      for (const element of node.elements) each(element.value);
      return;
    case 'map':
      for (const entry of node.entries) each(entry.value);
      return;
    case 'path':
      each(node.base);
      forEachStep(node.steps, each);
      return;
    case 'call':
      if (node.callee.kind === 'dynamic') each(node.callee.value);
      for (const arg of node.args) each(argCore(arg));
      return;
    case 'if':
      each(node.condition);
      each(node.then);
      if (node.else) each(node.else);
      return;
    case 'logic':
      node.operands.forEach(each);
      return;
    case 'force':
    case 'raw':
    case 'definition':
      each(node.value);
      return;
    case 'cond':
      for (const arm of node.arms) {
        if (arm.condition) each(arm.condition);
        each(arm.body);
      }
      return;
    case 'match':
      each(node.subject);
      for (const arm of node.arms) {
        for (const atom of arm.pattern ?? []) if (atom.kind === 'data') each(atom.value);
        each(arm.body);
      }
      return;
    case 'block':
    case 'collect':
      for (const statement of node.statements) forEachInStatement(statement, each);
      return;
    case 'parallel':
      for (const statement of node.statements) each(statement.value);
      return;
    case 'pipe':
      for (const stage of node.stages) each(stage.value);
      return;
    case 'lambda':
      each(node.body);
      return;
    default:
      return;
  }
}

export function argCore(arg: CoreArg): Core {
  return arg.mode === 'thunk' ? arg.thunk.body : arg.value;
}

function forEachInStatement(statement: CoreStatement, each: (part: Core) => void): void {
  switch (statement.kind) {
    case 'let':
    case 'eval':
      each(statement.value);
      return;
    case 'assign':
      if (statement.root) each(statement.root);
      forEachStep(statement.steps, each);
      each(statement.value);
      return;
    case 'local-type':
      if (statement.constructors) each(statement.constructors.value);
  }
}

export function forEachStep(steps: readonly CoreStep[], each: (part: Core) => void): void {
  for (const step of steps) if (step.kind === 'dynamic') each(step.value);
}
