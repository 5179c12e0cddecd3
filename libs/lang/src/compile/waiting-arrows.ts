/** Which conversions may come to wait: those that may apply an arrow whose function waits. Hardly any program has one. */
import type { ArrowDef, FunctionDef, OverloadDef, TypeDef, TypeRef } from '../analyse/program';

export class WaitingArrows {
  /** Types and names of built-in types to which one leads. */
  private readonly targets = new Set<TypeDef | string>();
  private readonly made = new Map<TypeDef, boolean>();

  constructor(private readonly arrows: readonly ArrowDef[]) {}

  get none(): boolean {
    return this.targets.size === 0;
  }

  /** Looks at all arrows again; true when there are more than before. */
  collect(waits: (fn: FunctionDef) => boolean): boolean {
    const before = this.targets.size;
    for (const { fn, target } of this.arrows) {
      const key = keyOf(target);
      if (fn !== null && key !== null && !this.targets.has(key) && waits(fn)) this.targets.add(key);
    }
    this.made.clear();
    return this.targets.size > before;
  }

  /** Making a value of the type, with all that is nested in it. */
  toType(type: TypeRef): boolean {
    if (this.none) return false;
    switch (type.kind) {
      case 'builtin':
        return this.targets.has(type.name);
      case 'named':
        return this.toDeclared(type.type);
      case 'variant':
        return this.toDeclared(type.enum);
      case 'union':
        return type.members.some((member) => this.toType(member));
      case 'generic':
        return type.args.some((arg) => this.toType(arg));
      case 'literal':
      case 'unknown':
        return false;
    }
  }

  private toDeclared(type: TypeDef): boolean {
    const known = this.made.get(type);
    if (known !== undefined) return known;
    // A type that contains itself waits for what the rest of it waits for.
    this.made.set(type, false);
    const nested =
      type.kind === 'struct'
        ? type.fields.map((field) => field.type)
        : type.kind === 'enum'
          ? type.variants.flatMap((variant) => variant.payload ?? [])
          : [];
    const waits = this.targets.has(type) || nested.some((one) => this.toType(one));
    if (waits) this.made.set(type, true);
    else this.made.delete(type);
    return waits;
  }

  /** `Str(x)`, `println(x)` and their kin. */
  toBuiltin(target: string | null): boolean {
    return target !== null && this.targets.has(target);
  }

  get toText(): boolean {
    return this.targets.has('Str');
  }

  /** Arguments are converted ahead of the body. */
  toParams({ params }: OverloadDef): boolean {
    return !this.none && params.some((p) => p.coercible && !p.lazy && p.type !== null && this.toType(p.type));
  }
}

function keyOf(target: TypeRef): TypeDef | string | null {
  switch (target.kind) {
    case 'builtin':
      return target.name;
    case 'named':
      return target.type;
    case 'variant':
      return target.enum;
    default:
      return null;
  }
}
