/** Types at run time: names of values, what a declared type accepts, arrows, construction. */
import { callFn } from './calls';
import { equals } from './equality';
import { HotMap } from './hot-map';
import { isInt } from './numbers';
import type { RunContext } from './run-context';
import type { TypeTable } from './tables';
import { fromJson } from './json';
import { Byte, Dec, err, Fn, NamespaceValue, Opaque, Tagged, Thunk, TypeValue, type Value } from './values';

const BUILTIN = '::hot::type/';

/** Full name of the value's type. */
export function typeName(value: Value): string {
  if (value === null) return `${BUILTIN}Null`;
  if (typeof value === 'string') return `${BUILTIN}Str`;
  if (typeof value === 'boolean') return `${BUILTIN}Bool`;
  if (isInt(value)) return `${BUILTIN}Int`;
  if (value instanceof Dec) return `${BUILTIN}Dec`;
  if (value instanceof Tagged) return value.tag;
  if (Array.isArray(value)) return `${BUILTIN}Vec`;
  if (value instanceof HotMap) return `${BUILTIN}Map`;
  if (value instanceof Byte) return `${BUILTIN}Byte`;
  if (value instanceof Uint8Array) return `${BUILTIN}Bytes`;
  if (value instanceof Fn || value instanceof Thunk || value instanceof TypeValue) return `${BUILTIN}Fn`;
  if (value instanceof NamespaceValue) return `${BUILTIN}Namespace`;
  return value instanceof Opaque ? value.type : `${BUILTIN}Any`;
}

export const kindName = (value: Value): string => typeName(value).replace(BUILTIN, '');

/** Whether a value's type name is that type or a variant of it. */
export function hasType(value: Value, fullName: string): boolean {
  if (fullName === `${BUILTIN}Any`) return true;
  const name = typeName(value);
  return name === fullName || (name.length > fullName.length && name.startsWith(`${fullName}.`));
}

/**
 * How well a declared type accepts a value: 0 not at all, then Any, union, named kind or enum, exact tag, literal.
 */
export function fitness(rc: RunContext, value: Value, ref: number): number {
  const table = rc.program.tables.refs[ref];
  if (table === undefined) return 1;
  switch (table[0]) {
    case 'b':
      return builtinFitness(value, table[1]);
    case 't': {
      const type = rc.program.tables.types[table[1]];
      if (type === undefined) return 0;
      if (type.kind === 'enum') return hasType(value, type.name) ? 4 : 0;
      return value instanceof Tagged && value.tag === type.name ? 5 : 0;
    }
    case 'v': {
      const type = rc.program.tables.types[table[1]];
      return value instanceof Tagged && type !== undefined && value.tag === `${type.name}.${table[2]}` ? 5 : 0;
    }
    case 'l':
      return equals(value, fromJson(table[1])) ? 6 : 0;
    case 'u':
      return table[1].some((member) => fitness(rc, value, member) > 0) ? 2 : 0;
    case 'g':
      return fitness(rc, value, table[1]);
    default:
      return 1;
  }
}

function builtinFitness(value: Value, name: string): number {
  if (name === 'Any') return 1;
  if (name === 'Dec' && isInt(value)) return 3;
  if (name === 'Map' && value instanceof Tagged) return 2;
  if (name === 'Var') return value === null ? 0 : 1;
  return typeName(value) === BUILTIN + name ? 5 : 0;
}

/** The arrow that leads from a value's type to a target by full name; null when there is none. */
export function arrowTo(rc: RunContext, value: Value, target: string): Fn | null {
  for (const [sourceRef, targetRef, fn] of rc.program.tables.arrows) {
    if (fn >= 0 && refName(rc, targetRef) === target && hasType(value, refName(rc, sourceRef))) return rc.program.fn(fn);
  }
  return null;
}

/** Converts a value for a declared type through the one implicit arrow that fits; undefined when there is none. */
export function coerce(rc: RunContext, value: Value, ref: number): Value | undefined {
  const target = refName(rc, ref);
  if (target === '') return undefined;
  const found = rc.program.tables.arrows.filter(
    ([sourceRef, targetRef, , implicit]) =>
      implicit &&
      (refName(rc, targetRef) === target || refName(rc, targetRef).startsWith(`${target}.`)) &&
      hasType(value, refName(rc, sourceRef)),
  );
  const [arrow] = found;
  if (arrow === undefined || found.length > 1) return undefined;
  if (arrow[2] >= 0) return callFn(rc, rc.program.fn(arrow[2]), [value]);
  return constructRef(rc, arrow[1], [value]);
}

export function refName(rc: RunContext, ref: number): string {
  const { refs, types } = rc.program.tables;
  const table = refs[ref];
  switch (table?.[0]) {
    case 'b':
      return BUILTIN + table[1];
    case 't':
      return types[table[1]]?.name ?? '';
    case 'v':
      return `${types[table[1]]?.name ?? ''}.${table[2]}`;
    case 'g':
      return refName(rc, table[1]);
    default:
      return '';
  }
}

// ---- construction

let constructBuiltin: (rc: RunContext, name: string, args: readonly Value[]) => Value = () => null;
/** Constructors of built-in types belong to the library; set once when the runtime is put together. */
export function setBuiltinConstructor(construct: typeof constructBuiltin): void {
  constructBuiltin = construct;
}

/** Calls a type: built-in, struct, alias, enum or variant. Arguments are consumed already. */
export function constructRef(rc: RunContext, ref: number, args: readonly Value[]): Value {
  const table = rc.program.tables.refs[ref];
  switch (table?.[0]) {
    case 'b':
      return constructBuiltin(rc, table[1], args);
    case 'g':
      return constructRef(rc, table[1], args);
    case 'v': {
      const type = rc.program.tables.types[table[1]];
      return type === undefined ? null : variant(rc, type, table[2], args);
    }
    case 't': {
      const type = rc.program.tables.types[table[1]];
      return type === undefined ? null : constructType(rc, type, args);
    }
    default:
      return args[0] ?? null;
  }
}

function constructType(rc: RunContext, type: TypeTable, args: readonly Value[]): Value {
  const [first] = args;
  if (type.constructors >= 0) {
    const fn = rc.program.fn(type.constructors);
    const takesMap = fn.overloads.some((o) => o.fixed === 1 && refName(rc, o.types[0] ?? -1) === `${BUILTIN}Map`);
    const isDefault = !type.functionsOnly && args.length === 1 && first instanceof HotMap && !takesMap;
    if (!isDefault) return callFn(rc, fn, args);
  }
  if (type.kind === 'alias' || (type.kind === 'struct' && type.marker)) {
    return first instanceof Tagged && first.tag === type.name ? first : new Tagged(type.name, first ?? null);
  }
  if (type.kind === 'enum') return inferVariant(rc, type, first ?? null) ?? err(`Value does not match any variant of ${type.name}`);
  return struct(rc, type, first ?? null);
}

function struct(rc: RunContext, type: TypeTable, given: Value): Value {
  if (given instanceof Tagged) {
    if (given.tag === type.name) return given;
    const arrow = arrowTo(rc, given, type.name);
    if (arrow !== null) return callFn(rc, arrow, [given]);
  }
  const map = given instanceof Tagged ? given.payload : given;
  if (!(map instanceof HotMap)) return err(`Type ${type.shortName} expected a map/object, got ${kindName(given)}`);
  const missing = type.fields.filter(([name, , required]) => required && !map.has(name)).map(([name]) => name);
  if (missing.length > 0) return err(`Type ${type.name} is missing required field(s): ${missing.join(', ')}`);
  let built = map;
  for (const [name, ref] of type.fields) {
    const value = map.getField(name);
    if (value === undefined || value === null) continue;
    const field = fieldValue(rc, value, ref);
    if (field === value) continue;
    if (field instanceof Tagged && field.result === 2) {
      return err(`In field '${name}' of type ${type.shortName}: ${String(field.payload)}`);
    }
    if (built === map) built = map.copy();
    built.put(name, field);
  }
  return new Tagged(type.name, built);
}

/** Values of custom types in fields are built from their maps; everything else stays as it is. */
function fieldValue(rc: RunContext, value: Value, ref: number): Value {
  const { refs, types } = rc.program.tables;
  const table = refs[ref];
  if (table?.[0] === 'u') {
    if (table[1].some((member) => fitness(rc, value, member) > 0)) return value;
    const custom = table[1].find((member) => refs[member]?.[0] === 't');
    return custom === undefined ? value : fieldValue(rc, value, custom);
  }
  if (table?.[0] !== 't') return value;
  const type = types[table[1]];
  if (type === undefined || type.kind === 'alias') return value;
  if (type.kind === 'enum') return hasType(value, type.name) ? value : (inferVariant(rc, type, value) ?? value);
  if (value instanceof HotMap) return struct(rc, type, value);
  return coerce(rc, value, ref) ?? value;
}

function inferVariant(rc: RunContext, type: TypeTable, value: Value): Value | null {
  if (hasType(value, type.name)) return value;
  if (!(value instanceof HotMap)) return null;
  const built = type.variants
    .filter(([, payload]) => payload >= 0 && rc.program.tables.refs[payload]?.[0] === 't')
    .map(([name]) => variant(rc, type, name, [value]))
    .filter((candidate) => !(candidate instanceof Tagged && candidate.result === 2));
  return built.length === 1 ? (built[0] ?? null) : null;
}

export function variant(rc: RunContext, type: TypeTable, name: string, args: readonly Value[]): Value {
  const tag = `${type.name}.${name}`;
  const payloadRef = type.variants.find(([variantName]) => variantName === name)?.[1] ?? -1;
  if (payloadRef < 0) return new Tagged(tag, undefined);
  const value = args[0] ?? null;
  if (rc.program.tables.refs[payloadRef]?.[0] !== 't') return new Tagged(tag, value);
  const built = constructRef(rc, payloadRef, [value]);
  if (built instanceof Tagged) return built.result === 2 ? built : new Tagged(tag, built.payload ?? null);
  return new Tagged(tag, built);
}
