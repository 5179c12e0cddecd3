/** Sequences of statements. */
import type { Core, CoreStatement, CoreStep } from '../analyse/core';
import { localName, type Activation } from './activation';
import { emit, emitInto, emitSteps, js } from './expr';
import { emitFnValue } from './functions';

/** Emits the statements; the value of the last one. With `effects` there is no value. */
export function emitBlock(ac: Activation, node: Extract<Core, { kind: 'block' }>, effects = false): string {
  const { statements } = node;
  let value = 'null';
  statements.forEach((statement, i) => {
    const last = i === statements.length - 1 && !effects;
    value = emitStatement(ac, statement, last);
  });
  return value;
}

/** `used`: its value is wanted. */
export function emitStatement(ac: Activation, statement: CoreStatement, used: boolean): string {
  switch (statement.kind) {
    case 'let': {
      const name = localName(statement.local);
      if (statement.value.kind === 'fn') {
        ac.write(`${name} = ${emitFnValue(ac, statement.value.fn, statement.local)};`);
      } else {
        emitInto(ac, statement.value, { kind: 'var', name });
      }
      return name;
    }
    case 'eval':
      if (used) return emit(ac, statement.value);
      emitInto(ac, statement.value, { kind: 'drop' });
      return 'null';
    case 'assign':
      return emitAssign(ac, statement);
    case 'local-type':
      if (statement.constructors) {
        const { local, value } = statement.constructors;
        ac.write(`${localName(local)} = ${emitFnValue(ac, value.fn, local)};`);
      }
      return 'null';
  }
}

function emitAssign(ac: Activation, statement: Extract<CoreStatement, { kind: 'assign' }>): string {
  const site = ac.cx.place(ac.file, statement);
  const [root, ...rest] = ac.spill([
    (): string => (statement.root ? emit(ac, statement.root) : 'undefined'),
    ...emitSteps(ac, statement.steps),
    (): string => emit(ac, statement.value),
  ]);
  const value = ac.stable(rest.pop() ?? 'null');
  const name = localName(statement.local);
  ac.write(`${name} = assign(${site}, ${root ?? 'undefined'}, ${stepsJs(statement.steps, rest)}, ${value});`);
  return value;
}

/** `keys`: the values of dynamic steps, in order. */
export function stepsJs(steps: readonly CoreStep[], keys: readonly string[]): string {
  let at = 0;
  const parts = steps.map((step) => {
    switch (step.kind) {
      case 'name':
        return `["n", ${js(step.name)}]`;
      case 'key':
        return `["n", ${js(step.key)}]`;
      case 'index':
        return `["i", ${step.index}]`;
      case 'dynamic':
        return `["d", ${keys[at++] ?? 'null'}]`;
      case 'append':
        return '["a", null]';
    }
  });
  return `[${parts.join(', ')}]`;
}

/** `serial` with `All<…>`: the values of its bindings. */
export function emitCollect(ac: Activation, node: Extract<Core, { kind: 'collect' }>): string {
  const keys: string[] = [];
  const values: string[] = [];
  for (const statement of node.statements) {
    const made = emitStatement(ac, statement, statement.key !== null);
    // A deep assignment binds its root.
    const value = statement.kind === 'assign' ? localName(statement.local) : made;
    if (statement.key !== null) {
      keys.push(statement.key);
      values.push(ac.stable(value));
    }
  }
  return node.shape === 'vec' ? `[${values.join(', ')}]` : `pairs(${js(keys)}, [${values.join(', ')}])`;
}
