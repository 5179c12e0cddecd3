import type { DiagnosticSink } from '../diagnostics/sink';
import type { Core } from './core';
import type { CellDef, InitStep } from './program';
import { forEachCore } from './visit-core';

const MAX_SHOWN = 20;
/** So many values on cycles are one mistake; telling the cycles apart would take quadratic time. */
const MAX_APART = 200;

/**
 * Top-level values that need each other to be worked out. Values that are assigned in several steps may refer to
 * each other in turn, and a closure reads when it is called; neither counts.
 */
export function checkValueCycles(sink: DiagnosticSink, init: readonly InitStep[]): void {
  const steps = new Map<CellDef, InitStep | null>();
  for (const step of init) steps.set(step.cell, steps.has(step.cell) || step.kind !== 'value' ? null : step);
  const needs = new Map<CellDef, ReadonlySet<CellDef>>();
  for (const [cell, step] of steps) if (step) needs.set(cell, readBy(step.value));
  for (const cycle of cycles(needs)) {
    const [first] = cycle;
    const step = first ? steps.get(first) : null;
    if (!step) continue;
    const shown = cycle.slice(0, MAX_SHOWN).map((cell) => cell.name);
    const names = shown.join(', ') + (cycle.length > MAX_SHOWN ? ', …' : '');
    sink.error(
      'type-inference-did-not-converge',
      `Top-level type inference did not converge for: ${names}`,
      step.file,
      step,
    );
  }
}

function readBy(value: Core): ReadonlySet<CellDef> {
  const cells = new Set<CellDef>();
  const visit = (node: Core): void => {
    if (node.kind === 'lambda' || node.kind === 'fn') return;
    if (node.kind === 'cell') cells.add(node.cell);
    forEachCore(node, visit);
  };
  visit(value);
  return cells;
}

/** Groups of cells that reach each other, in order of definition; found by taking away all that is on no cycle. */
function cycles(needs: ReadonlyMap<CellDef, ReadonlySet<CellDef>>): readonly (readonly CellDef[])[] {
  const left = onCycles(needs);
  if (left.size > MAX_APART) return [[...left]];
  const groups: CellDef[][] = [];
  const grouped = new Set<CellDef>();
  for (const cell of left) {
    if (grouped.has(cell)) continue;
    const group = [cell, ...reach(needs, left, cell)].filter(
      (other, index, all) =>
        all.indexOf(other) === index && (other === cell || reach(needs, left, other).has(cell)),
    );
    for (const other of group) grouped.add(other);
    if (group.length > 1) groups.push(group.sort((a, b) => a.id - b.id));
  }
  return groups;
}

function onCycles(needs: ReadonlyMap<CellDef, ReadonlySet<CellDef>>): ReadonlySet<CellDef> {
  const waiting = new Map<CellDef, number>();
  const readers = new Map<CellDef, CellDef[]>();
  for (const [cell, read] of needs) {
    const known = [...read].filter((other) => needs.has(other));
    waiting.set(cell, known.length);
    for (const other of known) {
      const list = readers.get(other);
      if (list) list.push(cell);
      else readers.set(other, [cell]);
    }
  }
  const ready = [...waiting].filter(([, count]) => count === 0).map(([cell]) => cell);
  for (let at = 0; at < ready.length; at++) {
    const cell = ready[at];
    if (!cell) continue;
    waiting.delete(cell);
    for (const reader of readers.get(cell) ?? []) {
      const count = (waiting.get(reader) ?? 0) - 1;
      waiting.set(reader, count);
      if (count === 0) ready.push(reader);
    }
  }
  return new Set(waiting.keys());
}

function reach(
  needs: ReadonlyMap<CellDef, ReadonlySet<CellDef>>,
  within: ReadonlySet<CellDef>,
  start: CellDef,
): ReadonlySet<CellDef> {
  const seen = new Set<CellDef>();
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    for (const next of needs.get(queue[at] ?? start) ?? []) {
      if (!within.has(next) || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen;
}
