/**
 * JSON Schema (2020-12) as far as it needs no regular expressions: schemas are written by others, and a pattern of
 * theirs could keep this process busy for hours. `pattern` and `format` describe, they are not checked. Nothing of a
 * schema is compiled or run.
 */
import { isDeepStrictEqual } from 'node:util';

export type Schema = Readonly<Record<string, unknown>> | boolean;

const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'];
/** Keywords whose value is one schema, a list of schemas, or schemas by name. */
const ONE = ['not', 'items', 'contains', 'additionalProperties', 'propertyNames', 'if', 'then', 'else'];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const MAPS = ['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas'];
/** Applications of one schema to one value: what refers to itself without end stops here. */
const MAX_STEPS = 100_000;
const MAX_DEPTH = 200;

type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the value is a schema that can be applied: its keywords have the right form, its references lead somewhere. */
export function isSchema(value: unknown): value is Schema {
  return isSchemaOf(value, value, 0);
}

function isSchemaOf(value: unknown, root: unknown, depth: number): boolean {
  if (typeof value === 'boolean') return true;
  if (!isObject(value) || depth > MAX_DEPTH) return false;
  const inner = (one: unknown): boolean => isSchemaOf(one, root, depth + 1);
  const { type, required, $ref } = value;
  if (type !== undefined && !(isType(type) || (Array.isArray(type) && type.length > 0 && type.every(isType))))
    return false;
  if (
    required !== undefined &&
    !(Array.isArray(required) && required.every((one) => typeof one === 'string'))
  )
    return false;
  if ($ref !== undefined && resolve(root, $ref) === undefined) return false;
  if (value['enum'] !== undefined && !Array.isArray(value['enum'])) return false;
  return (
    ONE.every((key) => value[key] === undefined || inner(value[key])) &&
    LISTS.every((key) => {
      const list = value[key];
      return list === undefined || (Array.isArray(list) && list.length > 0 && list.every(inner));
    }) &&
    MAPS.every((key) => {
      const map = value[key];
      return map === undefined || (isObject(map) && Object.values(map).every(inner));
    })
  );
}

function isType(value: unknown): boolean {
  return typeof value === 'string' && TYPES.includes(value);
}

/** `#` and `#/$defs/name`; nothing is fetched. */
function resolve(root: unknown, ref: unknown): unknown {
  if (typeof ref !== 'string' || (ref !== '#' && !ref.startsWith('#/'))) return undefined;
  let at: unknown = root;
  for (const part of ref.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Json)[name];
  }
  return at;
}

/** What is wrong with the value, as a sentence with the place; null when nothing is. */
export function violation(schema: Schema, value: unknown): string | null {
  return new Validation(schema).check(schema, value, '', 0);
}

class Validation {
  private steps = 0;

  constructor(private readonly root: Schema) {}

  check(schema: unknown, value: unknown, at: string, depth: number): string | null {
    if (schema === true) return null;
    if (schema === false) return `${at || 'the value'} is not allowed`;
    if (!isObject(schema)) return null;
    this.steps += 1;
    if (this.steps > MAX_STEPS || depth > MAX_DEPTH) return `${at || 'the value'} is too deep to be checked`;
    const inner = (one: unknown, of: unknown = value, where = at): string | null =>
      this.check(one, of, where, depth + 1);
    return (
      this.reference(schema, inner) ??
      typeProblem(schema, value, at) ??
      constantProblem(schema, value, at) ??
      sizeProblem(schema, value, at) ??
      combinationProblem(schema, at, inner) ??
      (isObject(value) ? objectProblem(schema, value, at, inner) : null) ??
      (Array.isArray(value) ? arrayProblem(schema, value, at, inner) : null)
    );
  }

  private reference(schema: Json, inner: Inner): string | null {
    return schema['$ref'] === undefined ? null : inner(resolve(this.root, schema['$ref']));
  }
}

type Inner = (schema: unknown, value?: unknown, where?: string) => string | null;

function named(at: string): string {
  return at === '' ? 'the value' : at;
}

function typeProblem(schema: Json, value: unknown, at: string): string | null {
  const { type } = schema;
  if (type === undefined) return null;
  const types = Array.isArray(type) ? type : [type];
  return types.some((one) => hasType(one, value)) ? null : `${named(at)} must be ${types.join(' or ')}`;
}

function hasType(type: unknown, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function constantProblem(schema: Json, value: unknown, at: string): string | null {
  const { enum: choices } = schema;
  if (Array.isArray(choices) && !choices.some((one) => isDeepStrictEqual(one, value))) {
    return `${named(at)} must be one of ${choices.map((one) => JSON.stringify(one)).join(', ')}`;
  }
  return Object.hasOwn(schema, 'const') && !isDeepStrictEqual(schema['const'], value)
    ? `${named(at)} must be ${JSON.stringify(schema['const'])}`
    : null;
}

function sizeProblem(schema: Json, value: unknown, at: string): string | null {
  const bound = (key: string): number | null => (typeof schema[key] === 'number' ? schema[key] : null);
  const within = (size: number, low: string, high: string, what: string): string | null => {
    const [min, max] = [bound(low), bound(high)];
    if (min !== null && size < min) return `${named(at)} must have at least ${min} ${what}`;
    return max !== null && size > max ? `${named(at)} must have at most ${max} ${what}` : null;
  };
  if (typeof value === 'string') return within([...value].length, 'minLength', 'maxLength', 'characters');
  if (Array.isArray(value)) return within(value.length, 'minItems', 'maxItems', 'items');
  if (isObject(value))
    return within(Object.keys(value).length, 'minProperties', 'maxProperties', 'properties');
  return typeof value === 'number' ? numberProblem(bound, value, at) : null;
}

function numberProblem(bound: (key: string) => number | null, value: number, at: string): string | null {
  const limits: readonly (readonly [string, string, (limit: number) => boolean])[] = [
    ['minimum', 'at least', (limit) => value >= limit],
    ['maximum', 'at most', (limit) => value <= limit],
    ['exclusiveMinimum', 'more than', (limit) => value > limit],
    ['exclusiveMaximum', 'less than', (limit) => value < limit],
    ['multipleOf', 'a multiple of', (limit) => limit <= 0 || Number.isInteger(value / limit)],
  ];
  for (const [key, words, holds] of limits) {
    const limit = bound(key);
    if (limit !== null && !holds(limit)) return `${named(at)} must be ${words} ${limit}`;
  }
  return null;
}

function combinationProblem(schema: Json, at: string, inner: Inner): string | null {
  const list = (key: string): readonly unknown[] => (Array.isArray(schema[key]) ? schema[key] : []);
  for (const one of list('allOf')) {
    const problem = inner(one);
    if (problem !== null) return problem;
  }
  const [anyOf, oneOf] = [list('anyOf'), list('oneOf')];
  if (anyOf.length > 0 && !anyOf.some((one) => inner(one) === null))
    return `${named(at)} fits none of its types`;
  if (oneOf.length > 0 && oneOf.filter((one) => inner(one) === null).length !== 1) {
    return `${named(at)} must fit exactly one of its types`;
  }
  if (schema['not'] !== undefined && inner(schema['not']) === null) return `${named(at)} is not allowed`;
  if (schema['if'] === undefined) return null;
  const branch = inner(schema['if']) === null ? schema['then'] : schema['else'];
  return branch === undefined ? null : inner(branch);
}

function objectProblem(schema: Json, value: Json, at: string, inner: Inner): string | null {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const missing = required.find((name) => typeof name === 'string' && !Object.hasOwn(value, name));
  const place = (name: string): string => (at === '' ? name : `${at}.${name}`);
  if (missing !== undefined) return `${place(String(missing))} is required`;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  // Which names patterns cover is not known here: where there are patterns, nothing is an additional one.
  const additional = schema['patternProperties'] === undefined ? schema['additionalProperties'] : undefined;
  for (const [name, one] of Object.entries(value)) {
    const known = Object.hasOwn(properties, name);
    if (schema['propertyNames'] !== undefined) {
      const problem = inner(schema['propertyNames'], name, `the name ${place(name)}`);
      if (problem !== null) return problem;
    }
    const rule = known ? properties[name] : additional;
    const problem = rule === undefined ? null : inner(rule, one, place(name));
    if (problem !== null) return problem;
  }
  return null;
}

function arrayProblem(schema: Json, value: readonly unknown[], at: string, inner: Inner): string | null {
  const prefix = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
  for (const [index, one] of value.entries()) {
    const rule = index < prefix.length ? prefix[index] : schema['items'];
    const problem = rule === undefined ? null : inner(rule, one, `${at}[${index}]`);
    if (problem !== null) return problem;
  }
  if (schema['contains'] !== undefined && !value.some((one) => inner(schema['contains'], one) === null)) {
    return `${named(at)} has no item of the kind that it must have`;
  }
  const seen = new Set<string>();
  if (schema['uniqueItems'] !== true) return null;
  for (const one of value) {
    const key = canonical(one);
    if (seen.has(key)) return `${named(at)} has an item twice`;
    seen.add(key);
  }
  return null;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    isObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
  );
}
