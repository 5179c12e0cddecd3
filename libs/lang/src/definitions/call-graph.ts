/** Which functions a function mentions, and which events it sends. Calls and references count alike. */
import type { Core } from '../analyse/core';
import type { CellDef, FunctionDef, InitStep, Program } from '../analyse/program';
import { argCore, forEachCore, forEachStep } from '../analyse/visit-core';

export interface Mentions {
  readonly functions: ReadonlySet<FunctionDef>;
  readonly cells: ReadonlySet<CellDef>;
  /** Event types of `send` calls, as far as they are constant. */
  readonly sends: readonly string[];
}

const SEND = '::hot::event/send';
const EVENT_TYPE = '::hot::event/Event';

export class CallGraph {
  private readonly known = new Map<FunctionDef, Mentions>();
  /** Values of cells that are assigned once. */
  private readonly values = new Map<CellDef, Core | null>();
  private readonly steps = new Map<CellDef, InitStep[]>();

  constructor(private readonly program: Program) {
    for (const step of program.init) {
      this.values.set(step.cell, step.kind === 'value' && !this.values.has(step.cell) ? step.value : null);
      const list = this.steps.get(step.cell);
      if (list) list.push(step);
      else this.steps.set(step.cell, [step]);
    }
  }

  of(fn: FunctionDef): Mentions {
    let mentions = this.known.get(fn);
    if (!mentions) {
      const collector = new Collector(this.values);
      for (const overload of fn.overloads) collector.visit(overload.body);
      mentions = collector.result();
      this.known.set(fn, mentions);
    }
    return mentions;
  }

  ofStep(step: InitStep): Mentions {
    const collector = new Collector(this.values);
    collector.visit(step.value);
    forEachStep(step.steps, (part) => collector.visit(part));
    return collector.result();
  }

  /** Everything that running the roots may reach, values and arrows included. */
  reachable(roots: Iterable<FunctionDef>, steps: Iterable<InitStep>): ReadonlySet<FunctionDef> {
    const reached = new Set<FunctionDef>();
    const cells = new Set<CellDef>();
    const waiting: Mentions[] = [];
    const reach = (fn: FunctionDef): void => {
      if (reached.has(fn)) return;
      reached.add(fn);
      waiting.push(this.of(fn));
    };
    for (const fn of roots) reach(fn);
    for (const step of steps) waiting.push(this.ofStep(step));
    // Arrows are applied where types meet, not where they are named.
    for (const arrow of this.program.arrows) {
      if (arrow.fn && this.program.origins[arrow.file] === 'project') reach(arrow.fn);
    }
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      next.functions.forEach(reach);
      for (const cell of next.cells) {
        if (cells.has(cell)) continue;
        cells.add(cell);
        for (const step of this.steps.get(cell) ?? []) waiting.push(this.ofStep(step));
      }
    }
    return reached;
  }
}

class Collector {
  private readonly functions = new Set<FunctionDef>();
  private readonly cells = new Set<CellDef>();
  private readonly sends: string[] = [];
  private readonly locals = new Map<unknown, Core>();

  constructor(private readonly values: ReadonlyMap<CellDef, Core | null>) {}

  result(): Mentions {
    return { functions: this.functions, cells: this.cells, sends: [...new Set(this.sends)] };
  }

  visit(node: Core): void {
    switch (node.kind) {
      case 'fn-ref':
        this.functions.add(node.fn);
        break;
      case 'fn':
        // Part of the function around it, not one of its own.
        for (const overload of node.fn.overloads) this.visit(overload.body);
        break;
      case 'cell':
        this.cells.add(node.cell);
        break;
      case 'type-ref':
        if (node.type.kind === 'named' && node.type.type.constructors)
          this.functions.add(node.type.type.constructors);
        break;
      case 'block':
      case 'collect':
        for (const statement of node.statements) {
          if (statement.kind === 'let') this.locals.set(statement.local, statement.value);
        }
        break;
      case 'call':
        this.call(node);
        break;
      default:
        break;
    }
    forEachCore(node, (part) => this.visit(part));
  }

  private call(node: Extract<Core, { kind: 'call' }>): void {
    const { callee } = node;
    let name = '';
    if (callee.kind === 'fn') {
      this.functions.add(callee.fn);
      name = callee.fn.fullName;
    } else if (callee.kind === 'native') {
      name = callee.native.name;
    } else if (callee.kind === 'type' && callee.type.kind === 'named' && callee.type.type.constructors) {
      this.functions.add(callee.type.type.constructors);
    }
    const [first] = node.args;
    if (name !== SEND || !first || first.mode === 'spread') return;
    const type = this.eventType(argCore(first));
    if (type !== null) this.sends.push(type);
  }

  private eventType(node: Core, hops = 0): string | null {
    if (hops > 8) return null;
    if (node.kind === 'const') return node.value.type === 'str' ? node.value.value : null;
    if (node.kind === 'cell') {
      const value = this.values.get(node.cell);
      return value ? this.eventType(value, hops + 1) : null;
    }
    if (node.kind === 'local') {
      const value = this.locals.get(node.local);
      return value ? this.eventType(value, hops + 1) : null;
    }
    if (node.kind !== 'call' || node.callee.kind !== 'type' || node.callee.type.kind !== 'named') return null;
    if (node.callee.type.type.fullName !== EVENT_TYPE) return null;
    const [first] = node.args;
    const map = first && first.mode !== 'spread' ? argCore(first) : null;
    if (map?.kind !== 'map') return null;
    const entry = map.entries.findLast((one) => one.kind === 'entry' && one.key === 'type');
    return entry ? this.eventType(entry.value, hops + 1) : null;
  }
}
