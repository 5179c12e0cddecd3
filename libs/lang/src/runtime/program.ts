import type { RunContext } from './run-context';
import type { Tables } from './tables';
import { Fn, type HotFunction, type Value } from './values';

/** What the generated source gives back. */
export interface GeneratedProgram {
  /** By function id, then overload; empty for functions that are made where they stand. */
  readonly functions: Readonly<Record<number, readonly HotFunction[]>>;
  /** Steps of top-level evaluation; pure ones are run once and shared. */
  readonly init: readonly { readonly cell: number; readonly pure: boolean; readonly code: HotFunction }[];
}

/** A program loaded into this process or isolate. */
export class RuntimeProgram {
  /** Values of pure cells, shared by all runs. */
  readonly shared: (Value | undefined)[] = [];
  private readonly fns = new Map<number, Fn>();

  constructor(
    readonly tables: Tables,
    private readonly generated: GeneratedProgram,
  ) {}

  /** The function value of a top-level function: one per id. */
  fn(id: number): Fn {
    const known = this.fns.get(id);
    if (known !== undefined) return known;
    const table = this.tables.functions[id];
    const code = this.generated.functions[id] ?? [];
    const overloads = (table?.overloads ?? []).map((overload, index) => ({
      ...overload,
      code: code[index] ?? (() => null),
    }));
    const fn = new Fn(table?.name ?? '', overloads, false);
    this.fns.set(id, fn);
    return fn;
  }

  entry(name: string): Fn | null {
    const id = this.tables.entries[name];
    return id === undefined ? null : this.fn(id);
  }

  /** Evaluates the namespaces' values for a run, shared ones only the first time. */
  initialise(rc: RunContext): void {
    for (const step of this.generated.init) {
      if (!step.pure) rc.cells[step.cell] = step.code(rc);
      else if (this.shared[step.cell] === undefined) this.shared[step.cell] = step.code(rc);
    }
  }
}
