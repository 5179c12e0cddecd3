/** JSON Schema from types and signatures. */
import type { FunctionDef, StructDef, TypeDef, TypeRef, EnumDef } from '../analyse/program';
import { acceptsNull } from '../analyse/resolve-types';
import { metaGet } from '../analyse/metadata';
import { constJson, jsonObject } from './json';
import type { Json, JsonObject } from './json';

const FORMATS: Readonly<Record<string, string>> = {
  '::hot::time/Date': 'date',
  '::hot::time/DateTime': 'date-time',
  '::hot::time/Time': 'time',
  '::hot::time/Duration': 'duration',
  '::hot::time/Instant': 'date-time',
  '::hot::uuid/Uuid': 'uuid',
  '::hot::uri/Uri': 'uri',
};
/** The same types where the library is not there to resolve them. */
const FORMATS_BY_NAME: Readonly<Record<string, string>> = {
  Date: 'date',
  DateTime: 'date-time',
  Time: 'time',
  Duration: 'duration',
  Uuid: 'uuid',
  Uri: 'uri',
};

/** Types that refer to themselves become `$defs`. */
interface Context {
  readonly defs: Map<TypeDef, { readonly name: string; schema: JsonObject }>;
  readonly open: Set<TypeDef>;
}

/** Parameters of the overload with the most of them; what a smaller overload lacks is not required. */
export function inputSchema(fn: FunctionDef): {
  readonly schema: JsonObject;
  readonly params: readonly string[];
} {
  const context: Context = { defs: new Map(), open: new Set() };
  const [largest] = [...fn.overloads].sort((a, b) => b.params.length - a.params.length);
  const least = Math.min(...fn.overloads.map((overload) => overload.fixed));
  const docs = docLines(textOf(metaGet(fn.meta, 'doc')));
  const properties: [string, Json][] = [];
  const required: string[] = [];
  for (const [index, param] of (largest?.params ?? []).entries()) {
    const inner = param.type ? schemaOf(context, param.type) : {};
    const schema = param.rest ? { type: 'array', items: inner } : inner;
    properties.push([param.name, withDescription(schema, docs.get(param.name))]);
    if (param.type && !param.rest && index < least && !acceptsNull(param.type)) required.push(param.name);
  }
  const schema: JsonObject = {
    type: 'object',
    properties: jsonObject(properties),
    ...(required.length > 0 ? { required } : {}),
    ...defsOf(context),
  };
  return { schema, params: largest?.params.map((param) => param.name) ?? [] };
}

/** Null when the function says nothing about what it returns. */
export function outputSchema(fn: FunctionDef): JsonObject | null {
  const [largest] = [...fn.overloads].sort((a, b) => b.params.length - a.params.length);
  const returns = largest?.returns ?? null;
  if (!returns || returns.kind === 'unknown' || (returns.kind === 'builtin' && returns.name === 'Any'))
    return null;
  return schemaWithDefs(returns);
}

export function schemaWithDefs(type: TypeRef): JsonObject {
  const context: Context = { defs: new Map(), open: new Set() };
  const schema = schemaOf(context, type);
  return { ...schema, ...defsOf(context) };
}

function defsOf(context: Context): JsonObject {
  if (context.defs.size === 0) return {};
  return { $defs: jsonObject([...context.defs.values()].map(({ name, schema }) => [name, schema] as const)) };
}

function schemaOf(context: Context, type: TypeRef): JsonObject {
  switch (type.kind) {
    case 'builtin':
      return builtinSchema(type.name, []);
    case 'literal':
      return type.value.type === 'null' ? { type: 'null' } : { const: constJson(type.value) };
    case 'union':
      return unionSchema(context, type.members);
    case 'generic':
      return genericSchema(context, type.base, type.args);
    case 'variant':
      return variantSchema(context, type.enum, type.variant);
    case 'named':
      return namedSchema(context, type.type);
    case 'unknown': {
      const format = FORMATS_BY_NAME[type.text];
      if (format) return { type: 'string', format };
      return { type: 'object', description: `Custom type: ${type.text}` };
    }
  }
}

function builtinSchema(name: string, args: readonly JsonObject[]): JsonObject {
  switch (name) {
    case 'Str':
      return { type: 'string' };
    case 'Int':
    case 'Byte':
      return { type: 'integer' };
    case 'Dec':
      return { type: 'number' };
    case 'Bool':
      return { type: 'boolean' };
    case 'Null':
      return { type: 'null' };
    case 'Bytes':
      return { type: 'string', format: 'byte' };
    case 'Vec': {
      const [items] = args;
      return items ? { type: 'array', items } : { type: 'array' };
    }
    case 'Map': {
      const values = args[1];
      return values ? { type: 'object', additionalProperties: values } : { type: 'object' };
    }
    case 'Fn':
    case 'Namespace':
      return { type: 'string' };
    default:
      return {};
  }
}

function genericSchema(context: Context, base: TypeRef, args: readonly TypeRef[]): JsonObject {
  if (base.kind === 'builtin')
    return builtinSchema(
      base.name,
      args.map((arg) => schemaOf(context, arg)),
    );
  const [first] = args;
  // A Result stands for what it is when all goes well.
  if (base.kind === 'named' && base.type.fullName === '::hot::type/Result' && first)
    return schemaOf(context, first);
  return schemaOf(context, base);
}

function unionSchema(context: Context, members: readonly TypeRef[]): JsonObject {
  const literals = members.filter((member) => member.kind === 'literal' && member.value.type === 'str');
  const rest = members.filter((member) => !literals.includes(member));
  const schemas = rest.map((member) => schemaOf(context, member));
  if (literals.length > 0) {
    const values = literals.flatMap((member) => (member.kind === 'literal' ? [constJson(member.value)] : []));
    schemas.unshift({ type: 'string', enum: values });
  }
  const [only] = schemas;
  return only && schemas.length === 1 ? only : { anyOf: schemas };
}

function namedSchema(context: Context, type: TypeDef): JsonObject {
  const format = FORMATS[type.fullName];
  if (format) return { type: 'string', format };
  if (type.kind === 'alias') {
    if (context.open.has(type)) return {};
    context.open.add(type);
    const schema = schemaOf(context, type.target);
    context.open.delete(type);
    return withDescription(schema, textOf(metaGet(type.meta, 'doc')) ?? undefined);
  }
  const known = context.defs.get(type);
  if (known) return { $ref: `#/$defs/${known.name}` };
  if (context.open.has(type)) {
    const name = defName(type);
    context.defs.set(type, { name, schema: {} });
    return { $ref: `#/$defs/${name}` };
  }
  context.open.add(type);
  const schema = type.kind === 'struct' ? structSchema(context, type) : enumSchema(context, type);
  context.open.delete(type);
  // Something inside referred back to it.
  const def = context.defs.get(type);
  if (def) def.schema = schema;
  return schema;
}

/** Full names, as short ones of two namespaces may be the same; only letters that need no escaping in a reference. */
const defName = (type: TypeDef): string => type.fullName.replace(/^::/, '').replace(/::|\//g, '_');

function structSchema(context: Context, type: StructDef): JsonObject {
  const docs = docLines(textOf(metaGet(type.meta, 'doc')));
  const properties = type.fields.map(
    (field) => [field.name, withDescription(schemaOf(context, field.type), docs.get(field.name))] as const,
  );
  const required = type.fields.filter((field) => field.required).map((field) => field.name);
  return {
    type: 'object',
    properties: jsonObject(properties),
    ...(required.length > 0 ? { required } : {}),
  };
}

function enumSchema(context: Context, type: EnumDef): JsonObject {
  if (type.variants.every((variant) => variant.payload === null)) {
    return { enum: type.variants.map((variant) => variant.name) };
  }
  return {
    oneOf: type.variants.map((variant) => variantSchema(context, type, variant.name)),
    discriminator: { propertyName: '$type' },
  };
}

/** The tagged form, which is how a variant travels. */
function variantSchema(context: Context, type: EnumDef, name: string): JsonObject {
  const payload = type.variants.find((variant) => variant.name === name)?.payload ?? null;
  const tag: JsonObject = { const: `${type.fullName}.${name}` };
  if (!payload) return { type: 'object', properties: { $type: tag }, required: ['$type'] };
  return {
    type: 'object',
    properties: { $type: tag, $val: schemaOf(context, payload) },
    required: ['$type', '$val'],
  };
}

function withDescription(schema: JsonObject, description: string | undefined): JsonObject {
  return description === undefined || description === '' ? schema : { ...schema, description };
}

function textOf(value: { readonly type: string } | null): string | null {
  return value !== null && 'value' in value && typeof value.value === 'string' ? value.value : null;
}

/** Lines of a doc text such as "- `name`: what it is", which describe parameters and fields. */
function docLines(doc: string | null): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const line of doc?.split('\n') ?? []) {
    const found = /^\s*[-*]\s+`?([\p{L}_$][\p{L}\p{N}_$-]*)`?\s*(?::|–|—|-)\s+(.+)$/u.exec(line);
    if (found?.[1] && found[2]) lines.set(found[1], found[2].trim());
  }
  return lines;
}
