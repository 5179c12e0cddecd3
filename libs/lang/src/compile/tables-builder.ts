import type { ConstValue } from '../analyse/core';
import type { FunctionDef, Program, TypeDef, TypeRef } from '../analyse/program';
import { decText } from '../runtime/numbers';
import type { FunctionTable, Tables, TypeRefTable, TypeTable } from '../runtime/tables';
import { Dec } from '../runtime/values';

/** Collects the side tables while code is generated. */
export class TablesBuilder {
  private readonly refs: TypeRefTable[] = [];
  private readonly byKey = new Map<string, number>();

  constructor(private readonly program: Program) {}

  /** Number of a type reference; −1 for none. */
  ref(type: TypeRef | null): number {
    if (type === null) return -1;
    const entry = this.entry(type);
    const key = JSON.stringify(entry);
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    this.refs.push(entry);
    this.byKey.set(key, this.refs.length - 1);
    return this.refs.length - 1;
  }

  build(lines: readonly number[], cells: number): Tables {
    const { functions, types, arrows, callSites, files, namespaces } = this.program;
    const entries: Record<string, number> = {};
    for (const ns of namespaces) {
      for (const member of ns.members.values()) {
        if (member.target.kind === 'function') entries[member.fullName] = member.target.fn.id;
      }
    }
    const tables = {
      types: types.map((type) => this.type(type)),
      functions: functions.map((fn) => this.functionTable(fn)),
      arrows: arrows.map(
        (arrow) =>
          [this.ref(arrow.source), this.ref(arrow.target), arrow.fn?.id ?? -1, arrow.implicit] as const,
      ),
    };
    return {
      ...tables,
      refs: this.refs,
      entries,
      cells,
      files: files.map((file) => file.name),
      sites: callSites.map((site) => [site.file, site.line, site.column, site.callee] as const),
      lines,
      tests: this.program.tests.map((test) => test.fullName),
    };
  }

  private entry(type: TypeRef): TypeRefTable {
    switch (type.kind) {
      case 'builtin':
        return ['b', type.name];
      case 'named':
        return ['t', type.type.id];
      case 'variant':
        return ['v', type.enum.id, type.variant];
      case 'literal':
        return ['l', constJson(type.value)];
      case 'union':
        return ['u', type.members.map((member) => this.ref(member))];
      case 'generic':
        return ['g', this.ref(type.base)];
      default:
        return ['x'];
    }
  }

  private type(type: TypeDef): TypeTable {
    return {
      kind: type.kind,
      name: type.fullName,
      shortName: type.name,
      fields: type.kind === 'struct' ? type.fields.map((f) => [f.name, this.ref(f.type), f.required] as const) : [],
      marker: type.kind === 'struct' && type.marker,
      functionsOnly: type.kind === 'struct' && type.functionsOnly,
      constructors: type.constructorLocal === null ? (type.constructors?.id ?? -1) : -1,
      variants: type.kind === 'enum' ? type.variants.map((v) => [v.name, this.ref(v.payload)] as const) : [],
    };
  }

  private functionTable(fn: FunctionDef): FunctionTable {
    return {
      name: fn.fullName,
      overloads: fn.overloads.map((overload) => ({
        fixed: overload.fixed,
        variadic: overload.variadic,
        lazy: overload.params.map((param) => param.lazy),
        raw: overload.params.map((param) => param.raw),
        types: overload.params.map((param) => this.ref(param.type)),
      })),
    };
  }
}

export function constJson(value: ConstValue): string {
  switch (value.type) {
    case 'null':
      return 'null';
    case 'bool':
    case 'int':
      return String(value.value);
    case 'dec': {
      const text = decText(new Dec(value.coefficient, value.scale));
      return /[.eE]/.test(text) ? text : `${text}.0`;
    }
    default:
      return JSON.stringify(value.value);
  }
}
