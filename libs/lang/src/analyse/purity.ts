/**
 * Which top-level values may be computed once and shared by all runs. Proven, never guessed: a dynamic call, a
 * native that is not declared pure, recursion, or a mention of anything impure (a callback may be called) ends it.
 */
import type { Mutable } from './context';
import type { Core } from './core';
import type { ArrowDef, CellDef, FunctionDef, InitStep } from './program';
import { forEachCore, forEachStep } from './visit-core';

export function markPure(steps: readonly InitStep[], arrows: readonly ArrowDef[]): readonly InitStep[] {
  const purity = new Purity(arrows);
  const dirty = new Set<CellDef>();
  const pure = steps.map((step) => {
    const ok = step.kind !== 'expression' && !dirty.has(step.cell) && purity.step(step);
    if (!ok) dirty.add(step.cell);
    else purity.cells.add(step.cell);
    return ok;
  });
  // A cell is shared only when every step that writes it is; one impure step makes all of them per run.
  const result = steps.map((step, index) => ({
    ...step,
    pure: pure[index] === true && !dirty.has(step.cell),
  }));
  if (result.some((step, index) => pure[index] === true && !step.pure)) return remark(result, arrows, dirty);
  for (const step of result) (step.cell as Mutable<CellDef>).pure = step.pure;
  return result;
}

/** Some cell turned out impure after others had relied on it: once more, knowing it from the start. */
export function remark(
  steps: readonly InitStep[],
  arrows: readonly ArrowDef[],
  known: ReadonlySet<CellDef>,
): readonly InitStep[] {
  const dirty = new Set(known);
  for (;;) {
    const purity = new Purity(arrows);
    const before = dirty.size;
    const pure = steps.map((step) => {
      const ok = step.kind !== 'expression' && !dirty.has(step.cell) && purity.step(step);
      if (ok) purity.cells.add(step.cell);
      else dirty.add(step.cell);
      return ok;
    });
    if (dirty.size > before) continue;
    return steps.map((step, index) => {
      (step.cell as Mutable<CellDef>).pure = pure[index] === true;
      return { ...step, pure: pure[index] === true };
    });
  }
}

class Purity {
  /** Cells whose values so far are pure. */
  readonly cells = new Set<CellDef>();
  private readonly functions = new Map<FunctionDef, boolean>();
  private arrowsPure: boolean | null = null;

  constructor(private readonly arrows: readonly ArrowDef[]) {}

  step(step: InitStep): boolean {
    let ok = this.node(step.value);
    forEachStep(step.steps, (part) => {
      ok &&= this.node(part);
    });
    return ok;
  }

  private node(node: Core): boolean {
    switch (node.kind) {
      case 'cell':
        return this.cells.has(node.cell);
      case 'fn-ref':
        return this.fn(node.fn);
      case 'fn':
        if (!this.fn(node.fn)) return false;
        break;
      case 'native-ref':
        return node.native.pure;
      case 'halt':
      case 'parallel':
        return false;
      // Construction and printing may go through arrows.
      case 'template':
      case 'type-ref':
      case 'variant-ref':
        if (!this.allArrows()) return false;
        break;
      case 'call':
        if (!this.callee(node)) return false;
        break;
      default:
        break;
    }
    let ok = true;
    forEachCore(node, (part) => {
      ok &&= this.node(part);
    });
    return ok;
  }

  private callee(node: Extract<Core, { kind: 'call' }>): boolean {
    const { callee } = node;
    switch (callee.kind) {
      case 'fn':
      case 'local-fn':
        return this.fn(callee.fn) && this.allArrows();
      case 'native':
        return callee.native.pure && this.allArrows();
      case 'type': {
        if (!this.allArrows()) return false;
        const own = callee.type.kind === 'named' ? callee.type.type.constructors : null;
        return own === null || this.fn(own);
      }
      case 'variant':
        return this.allArrows();
      case 'dynamic':
        return false;
    }
  }

  private fn(fn: FunctionDef): boolean {
    const known = this.functions.get(fn);
    if (known !== undefined) return known;
    // While it is being looked at it counts as impure: recursion might not end.
    this.functions.set(fn, false);
    const pure = fn.overloads.every((overload) => this.node(overload.body));
    this.functions.set(fn, pure);
    return pure;
  }

  private allArrows(): boolean {
    if (this.arrowsPure === null) {
      this.arrowsPure = true;
      this.arrowsPure = this.arrows.every((arrow) => arrow.fn === null || this.fn(arrow.fn));
    }
    return this.arrowsPure;
  }
}
