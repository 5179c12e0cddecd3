/**
 * The JavaScript of one activation while it is being written: statements so far, temporaries, what is known of it.
 *
 * Hot is made of expressions, JavaScript also of statements. An expression is emitted as a JavaScript expression
 * where it can be; what needs statements writes them before. `spill` keeps the order of evaluation: as soon as a
 * later part writes statements, the earlier ones are put into temporaries before them.
 */
import type { Core, Local } from '../analyse/core';
import type { OverloadDef } from '../analyse/program';
import type { Context, Mode } from './context';
import type { Recursion } from './recursion';

/** Where the value of something emitted as statements goes. */
export type Dest = { readonly kind: 'var'; readonly name: string } | { readonly kind: 'drop' };

export interface OpenFlow {
  readonly name: string;
  readonly branch: string | null;
}

/** A flow in the tables of the trace. */
export interface FlowNumbers {
  readonly site: number;
  readonly flow: number;
}

export interface FastLoops {
  readonly lines: readonly string[];
  /** Null when turns can't be recorded: then there are none in a recorded call. */
  readonly recorded: RecordedTurns | null;
}

/** Each turn is this one flow, which ends in this branch. */
export interface RecordedTurns extends FlowNumbers {
  readonly branch: string;
}

export class Activation {
  lines: string[] = [];
  /** Temporaries, declared at the top. */
  readonly temps: string[] = [];
  /** Bodies of named local functions, declared with the variables. */
  hoisted: string[] = [];
  /** Emitted arithmetic: its `head` ends with a number in place, `rest` may give anything. */
  readonly sums = new Map<string, { readonly head: string; readonly rest: string }>();
  /** Flows of the trace that are open here and must be closed before a tail call begins anew. */
  flows: OpenFlow[] = [];
  /** Whether there are any. */
  hasFlows = false;
  /** The turns of a loop over numbers alone, see number-loops.ts. */
  fastLoops: FastLoops | null = null;
  private readonly flowsOf = new Map<Core, FlowNumbers>();
  /** The function calls itself in a way that may stand in place, see recursion.ts. */
  recursion: Recursion | null = null;
  constructor(
    readonly cx: Context,
    readonly mode: Mode,
    readonly file: number,
    /** Overload whose self tail calls are jumps to the start; null in closures without one. */
    readonly self: OverloadDef | null,
    /** Name of the enclosing function, for traces. */
    readonly fullName: string,
    /** Constructor functions of this type may call its default constructor only. */
    readonly constructing: number,
    /** Whether a variable `t` holds this activation's open call. */
    readonly traced: boolean,
  ) {}

  /** Variable that says whether flows are recorded: in a loop they no longer are when the trace is full. */
  get flowing(): string {
    return this.self === null ? 't' : 'u';
  }

  /** The same ones whenever it is asked for the same flow. */
  flowOf(node: Core, kind: string): FlowNumbers {
    let numbers = this.flowsOf.get(node);
    if (numbers === undefined) {
      numbers = { site: this.cx.place(this.file, node), flow: this.cx.flow(kind, true) };
      this.flowsOf.set(node, numbers);
    }
    return numbers;
  }

  temp(): string {
    const name = this.cx.fresh('x');
    this.temps.push(name);
    return name;
  }

  write(line: string): void {
    this.lines.push(line);
  }

  /** Whether calls are certainly not recorded here. */
  get untraced(): boolean {
    return this.recursion !== null && this.recursion.level > 0;
  }

  /** Runs `f` with a buffer of its own and returns what it wrote. */
  block<T>(f: () => T): { readonly lines: string[]; readonly value: T } {
    const outer = this.lines;
    const lines: string[] = [];
    this.lines = lines;
    try {
      return { lines, value: f() };
    } finally {
      this.lines = outer;
    }
  }

  /** Emits parts one after the other so that they are evaluated in this order. */
  spill(parts: readonly (() => string)[]): string[] {
    const out: string[] = [];
    for (const part of parts) {
      const mark = this.lines.length;
      const js = part();
      if (this.lines.length > mark) {
        const saved: string[] = [];
        out.forEach((earlier, i) => {
          if (isStable(earlier)) return;
          const name = this.temp();
          saved.push(`${name} = ${earlier};`);
          out[i] = name;
        });
        this.lines.splice(mark, 0, ...saved);
      }
      out.push(js);
    }
    return out;
  }

  /** The value in a form that may be mentioned twice. */
  stable(js: string): string {
    if (isStable(js)) return js;
    const name = this.temp();
    this.write(`${name} = ${js};`);
    return name;
  }
}

const STABLE = /^(?:[\w$]+|-?\d+|"(?:[^"\\]|\\.)*")$/;

/** Names are assigned once before they are read; literals never change. */
export function isStable(js: string): boolean {
  return STABLE.test(js);
}

export function localName(local: Local): string {
  return `v${local.id}`;
}
