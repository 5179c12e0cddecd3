/** What the emission of one program shares. */
import type { EnumDef, FunctionDef, MetaValue, Program, TypeDef, TypeRef } from '../analyse/program';
import type { ConstValue } from '../analyse/core';
import type { NativeFacts } from '../syntax/native-facts';
import type { Span } from '../source/span';
import type { Suspension } from './suspension';
import type { ConstJson, DefinitionEntry, MetaJson, TypeJson } from './tables';

/** Synchronous bodies and those that may wait. */
export type Mode = 's' | 'a';

export class Context {
  /** Declarations at the top of the generated program: constants, function bodies. */
  readonly top: string[] = [];
  readonly sites: number[] = [0, 0, 0];
  readonly calls: (readonly [string] | readonly [string, string, 0 | 1])[] = [];
  readonly definitions: DefinitionEntry[] = [];
  /** Functions whose parameter types the runtime needs. */
  readonly typed = new Set<FunctionDef>();
  /** Functions used as values. */
  readonly values = new Set<FunctionDef>();
  /** Functions of which arrows need a synchronous body although they might wait. */
  readonly forced = new Set<FunctionDef>();
  /** Constructor functions → the type they belong to. */
  readonly constructorOf = new Map<FunctionDef, number>();
  readonly usedNatives = new Map<string, string>();
  private readonly constants = new Map<string, string>();
  private readonly siteOfCall = new Map<number, number>();
  private next = 0;

  constructor(
    readonly program: Program,
    readonly natives: ReadonlyMap<string, NativeFacts>,
    readonly susp: Suspension,
  ) {
    for (const type of program.types)
      if (type.constructors) this.constructorOf.set(type.constructors, type.id);
  }

  fresh(prefix: string): string {
    return `${prefix}${this.next++}`;
  }

  /** A shared constant of the program. */
  constant(prefix: string, expr: string): string {
    const known = this.constants.get(expr);
    if (known !== undefined) return known;
    const name = this.fresh(prefix);
    this.constants.set(expr, name);
    this.top.push(`const ${name} = ${expr};`);
    return name;
  }

  /** Where a mention of a property remembers the place at which it was found. */
  slot(): string {
    const name = this.fresh('p');
    this.top.push(`const ${name} = slot();`);
    return name;
  }

  native(name: string): string {
    let js = this.usedNatives.get(name);
    if (js === undefined) this.usedNatives.set(name, (js = this.fresh('n')));
    return js;
  }

  call(name: string): number {
    return this.calls.push([name]) - 1;
  }

  flow(kind: string, inline: boolean): number {
    return this.calls.push([`<${kind}>`, kind, inline ? 1 : 0]) - 1;
  }

  /** A call site of the analysis. Site 0 means "unknown". */
  site(id: number): number {
    let own = this.siteOfCall.get(id);
    if (own === undefined) {
      const at = this.program.callSites[id];
      own = at ? this.addSite(at.file, at.line, at.column) : 0;
      this.siteOfCall.set(id, own);
    }
    return own;
  }

  /** A place that can halt without being a call. */
  place(file: number, at: Span): number {
    const place = this.program.files[file]?.placeAt(at.start);
    return place ? this.addSite(file, place.line, place.column) : 0;
  }

  private addSite(file: number, line: number, column: number): number {
    return this.sites.push(file, line, column) / 3 - 1;
  }

  typeJson(type: TypeRef | null): TypeJson {
    if (type === null) return { k: 'any' };
    switch (type.kind) {
      case 'builtin':
        return type.name === 'Any' || type.name === 'Var' ? { k: 'any' } : { k: 'b', n: type.name };
      case 'named':
        return { k: 't', i: type.type.id };
      case 'variant':
        return { k: 'v', i: type.enum.id, n: type.variant };
      case 'literal':
        return { k: 'l', v: constJson(type.value) };
      case 'union':
        return { k: 'u', m: type.members.map((m) => this.typeJson(m)) };
      case 'generic':
        return { k: 'g', b: this.typeJson(type.base), a: type.args.map((m) => this.typeJson(m)) };
      case 'unknown':
        return { k: 'any' };
    }
  }

  /** JS name of a type's runtime object. */
  type(def: TypeDef): string {
    return this.constant('t', `type(${def.id})`);
  }

  variant(def: EnumDef, name: string): string {
    return this.constant('t', `variant(${def.id}, ${JSON.stringify(name)})`);
  }

  /** JS expression of a declared type for tests and conversions. */
  test(type: TypeRef): string {
    return this.constant('q', `test(${JSON.stringify(this.typeJson(type))})`);
  }
}

export function constJson(v: ConstValue): ConstJson {
  switch (v.type) {
    case 'null':
      return null;
    case 'bool':
      return v.value;
    case 'int':
      return { int: String(v.value) };
    case 'dec':
      return { dec: String(v.coefficient), scale: v.scale };
    case 'str':
      return v.value;
  }
}

export function metaJson(v: MetaValue): MetaJson {
  switch (v.type) {
    case 'vec':
      return { vec: v.items.map(metaJson) };
    case 'map':
      return { map: v.entries.map(([k, x]) => [k, metaJson(x)] as const) };
    case 'ref':
      return { ref: v.fullName ?? v.text };
    default:
      return constJson(v);
  }
}
