/** `parallel`: which statement needs which, and in what order they may start. */
import type { Span } from '../source/span';
import type { Binding, ExprStatement, Statement } from '../syntax/ast';
import { visitExpr } from '../syntax/visit';
import type { Core, CoreParallelStatement, Local, Shape } from './core';
import { lower } from './lower';
import { declareAlias, declareLocalFunction, declareLocalType, lowerBoundValue } from './lower-statements';
import { halt } from './names';
import type { Env } from './scope';
import { addLocal, childScope, plainEntry } from './scope';

interface Item {
  readonly node: Binding | ExprStatement;
  readonly name: string | null;
  readonly dependsOn: number[];
  /** Mentions something that is not a statement of the flow. */
  outside: boolean;
}

export function lowerParallel(env: Env, statements: readonly Statement[], shape: Shape, at: Span): Core {
  const inner = childScope(env);
  const items = itemsOf(inner, statements);
  findDependencies(items);
  const levels = levelsOf(items);
  if (!levels) return circular(env, items, at);
  const locals = items.map((item) => declareItem(inner, item));
  const lowered = items.map((item, index): CoreParallelStatement => {
    const local = locals[index] ?? null;
    return {
      local,
      value: lowerItem(inner, item, local),
      level: levels[index] ?? 0,
      dependsOn: item.dependsOn,
      start: item.node.start,
      end: item.node.end,
    };
  });
  const byLevel: number[][] = [];
  levels.forEach((level, index) => {
    (byLevel[level] ??= []).push(index);
  });
  return {
    kind: 'parallel',
    shape,
    statements: lowered,
    levels: byLevel.filter((level) => level.length > 0),
    start: at.start,
    end: at.end,
  };
}

function itemsOf(env: Env, statements: readonly Statement[]): readonly Item[] {
  const items: Item[] = [];
  for (const node of statements) {
    switch (node.kind) {
      case 'alias':
        declareAlias(env, node);
        break;
      case 'binding':
        if (node.value.kind === 'type-def' || node.value.kind === 'enum-def') declareLocalType(env, node);
        else items.push({ node, name: node.name.text, dependsOn: [], outside: false });
        break;
      case 'expr-statement':
        items.push({ node, name: null, dependsOn: [], outside: false });
        break;
      case 'deep-assign':
        env.a.sink.error(
          'parallel-assignment',
          `Deep assignment to '${node.root.text}' is not possible inside parallel: its order is not defined`,
          env.file,
          node,
        );
        break;
      case 'arrow':
        env.a.sink.error(
          'nested-type-implementation',
          'Arrows must be declared at top level',
          env.file,
          node,
        );
        break;
      case 'ns-decl':
        break;
    }
  }
  return items;
}

/** A mention by name counts wherever it stands, without regard to inner scopes. */
function findDependencies(items: readonly Item[]): void {
  const byName = new Map<string, number[]>();
  items.forEach(({ name }, index) => {
    if (name === null) return;
    const list = byName.get(name);
    if (list) list.push(index);
    else byName.set(name, [index]);
  });
  items.forEach((item, index) => {
    const seen = new Set<string>();
    visitExpr(item.node.value, (expr) => {
      if (expr.kind === 'name') seen.add(expr.name);
      return true;
    });
    const recursive = item.node.value.kind === 'fn';
    const needed = new Set<number>();
    for (const name of seen) {
      const definitions = byName.get(name);
      if (!definitions) item.outside = true;
      // A local function may call itself; any other value that mentions its own name waits for itself.
      for (const other of definitions ?? []) if (other !== index || !recursive) needed.add(other);
    }
    item.dependsOn.push(...[...needed].sort((a, b) => a - b));
  });
}

/** Null when statements wait for each other. */
function levelsOf(items: readonly Item[]): readonly number[] | null {
  const levels = new Array<number>(items.length).fill(-1);
  const waiting = items.map((item) => item.dependsOn.length);
  const dependents = dependentsOf(items);
  const ready: number[] = [];
  waiting.forEach((count, index) => {
    if (count === 0) ready.push(index);
  });
  for (let at = 0; at < ready.length; at++) {
    const index = ready[at] ?? 0;
    const item = items[index];
    if (!item) continue;
    const highest = Math.max(...item.dependsOn.map((other) => levels[other] ?? 0), item.outside ? 0 : -1);
    levels[index] = highest + 1;
    for (const next of dependents[index] ?? []) {
      const left = (waiting[next] ?? 0) - 1;
      waiting[next] = left;
      if (left === 0) ready.push(next);
    }
  }
  return ready.length === items.length ? levels : null;
}

function dependentsOf(items: readonly Item[]): readonly number[][] {
  const dependents: number[][] = items.map(() => []);
  items.forEach((item, index) => {
    for (const other of item.dependsOn) dependents[other]?.push(index);
  });
  return dependents;
}

/** Certain to fail, but only when it runs: the flow halts there. */
function circular(env: Env, items: readonly Item[], at: Span): Core {
  const names = involved(items).join(', ');
  const message = `Circular dependency detected in parallel flow. Variables involved: ${names}`;
  env.a.sink.warn('circular-parallel', message, env.file, at);
  return halt(at, message);
}

/** Statements left when those that wait for nothing, and those nobody waits for, are taken away repeatedly. */
function involved(items: readonly Item[]): readonly string[] {
  const left = new Set(items.keys());
  const dependents = dependentsOf(items);
  for (let changed = true; changed;) {
    changed = false;
    for (const index of left) {
      const waits = items[index]?.dependsOn.some((other) => left.has(other));
      const wanted = dependents[index]?.some((other) => left.has(other));
      if (waits && wanted) continue;
      left.delete(index);
      changed = true;
    }
  }
  return [...left].flatMap((index) => items[index]?.name ?? []);
}

function declareItem(env: Env, item: Item): Local | null {
  const { node } = item;
  if (node.kind !== 'binding') return null;
  if (node.value.kind === 'fn') return declareLocalFunction(env, node).local;
  const local = addLocal(env, node.name.text, 'binding', node.name);
  env.scope.names.set(node.name.text, plainEntry(local));
  return local;
}

/** Statements may run concurrently, so each has a scope of its own; only the names of the flow are shared. */
function lowerItem(env: Env, item: Item, local: Local | null): Core {
  const own = childScope(env);
  const { node } = item;
  if (node.kind === 'binding' && local) return lowerBoundValue(own, node, local);
  return lower(own, node.value);
}
