/** The arrows between types as a run finds them. */
import type { ProgramRt } from './program-rt';
import { hasType, kindOf, TYPE_NS } from './types';
import type { TypeTest, Value } from './values';

export interface ArrowRt {
  readonly source: TypeTest;
  readonly target: TypeTest;
  readonly fn: number;
  readonly implicit: boolean;
}

/** Name under which a type is found as the target of arrows. */
function targetName(test: TypeTest): string | null {
  if (test.kind === 'builtin') return TYPE_NS + test.name;
  if (test.kind === 'named') return test.info.name;
  return test.kind === 'generic' ? targetName(test.base) : null;
}

export class Arrows {
  private readonly to = new Map<string, ArrowRt[]>();
  /** Names of targets of arrows whose functions wait. */
  private readonly waiting = new Set<string>();

  constructor(program: ProgramRt) {
    for (const a of program.tables.arrows) {
      const arrow: ArrowRt = {
        source: program.test(a.source),
        target: program.test(a.target),
        fn: a.fn,
        implicit: a.implicit,
      };
      const name = targetName(arrow.target);
      if (name === null) continue;
      if (a.waits) this.waiting.add(name);
      if (a.waits && arrow.target.kind === 'named' && arrow.target.info.parent) {
        this.waiting.add(arrow.target.info.parent.name);
      }
      const list = this.to.get(name);
      if (list) list.push(arrow);
      else this.to.set(name, [arrow]);
    }
  }

  /** Some arrow to the target of that name, or to a variant of it, waits. */
  waitsTo(name: string): boolean {
    return this.waiting.has(name);
  }

  /** No arrow waits: nearly always. */
  get neverWait(): boolean {
    return this.waiting.size === 0;
  }

  /** The arrow from the value's type to the target of that name. */
  find(name: string, v: Value): ArrowRt | null {
    const list = this.to.get(name);
    if (!list) return null;
    return list.find((a) => sourceFits(a.source, v)) ?? null;
  }

  /** For implicit use: the one arrow to the type, or to a variant of it. */
  implicitTo(test: TypeTest, v: Value): ArrowRt | null {
    if (test.kind === 'union') {
      const found = test.members.flatMap((m) => this.implicitTo(m, v) ?? []);
      return found.length === 1 ? (found[0] ?? null) : null;
    }
    const name = targetName(test);
    if (name === null) return null;
    const own = this.find(name, v);
    if (own?.implicit) return own;
    if (test.kind !== 'named' || test.info.def?.kind !== 'enum') return null;
    const found: ArrowRt[] = [];
    for (const variant of test.info.def.variants.values()) {
      const arrow = this.find(variant.info.name, v);
      if (arrow?.implicit) found.push(arrow);
    }
    return found.length === 1 ? (found[0] ?? null) : null;
  }
}

function sourceFits(source: TypeTest, v: Value): boolean {
  switch (source.kind) {
    case 'builtin':
      return kindOf(v) === source.name;
    case 'named':
      return hasType(v, source.info.name);
    default:
      return false;
  }
}
