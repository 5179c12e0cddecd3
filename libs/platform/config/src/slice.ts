/**
 * The environment is read once. Each lib declares its slice beside its code; declaring registers it, so that a process
 * parses exactly what the libs it loads have asked for, and reports all problems together: by name and reason, never by
 * value, since values may be secrets.
 */
import { z } from 'zod';

export interface Variable<S extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly schema: S;
  readonly doc: string;
  /** For the documentation, where the default depends on the machine. */
  readonly shownDefault?: string;
}

type Variables = Readonly<Record<string, Variable>>;

type Values<V extends Variables> = {
  readonly [K in keyof V]: z.output<V[K]['schema']>;
};

export interface ConfigSlice<V extends Variables = Variables> {
  readonly name: string;
  readonly variables: V;
  /** Under which the parsed slice is injected. */
  readonly token: symbol;
}

/** The type of a parsed slice. */
export type ConfigOf<S extends ConfigSlice> = Values<S['variables']>;

export type Environment = Readonly<Record<string, string | undefined>>;

const declared = new Map<string, ConfigSlice>();

/** A variable of the environment: its name, how its text is read, and a sentence for the documentation. */
export function variable<S extends z.ZodType>(
  name: string,
  schema: S,
  doc: string,
  shownDefault?: string,
): Variable<S> {
  return { name, schema, doc, ...(shownDefault === undefined ? {} : { shownDefault }) };
}

/** Declares a lib's slice. Two slices of one name are an error. */
export function defineConfig<const V extends Variables>(name: string, variables: V): ConfigSlice<V> {
  if (declared.has(name)) throw new Error(`Configuration slice ${name} is declared twice`);
  const slice: ConfigSlice<V> = { name, variables, token: Symbol(`config:${name}`) };
  declared.set(name, slice);
  return slice;
}

/** Every slice declared by the code loaded so far: for parsing and for the generated documentation. */
export function declaredSlices(): readonly ConfigSlice[] {
  return [...declared.values()];
}

export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n  ${problems.join('\n  ')}`);
    this.name = 'ConfigError';
  }
}

/** Parses one slice. Throws ConfigError naming every problem. */
export function parseSlice<S extends ConfigSlice>(slice: S, environment: Environment): ConfigOf<S> {
  const problems: string[] = [];
  const values = read(slice, environment, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return values as ConfigOf<S>; // each member was parsed by its own schema just now
}

/** Parses all given slices. Throws one ConfigError for all of them. */
export function parseSlices(
  slices: readonly ConfigSlice[],
  environment: Environment,
): ReadonlyMap<ConfigSlice, object> {
  const problems: string[] = [];
  const parsed = new Map<ConfigSlice, object>();
  for (const slice of slices) parsed.set(slice, read(slice, environment, problems));
  if (problems.length > 0) throw new ConfigError(problems);
  return parsed;
}

function read(slice: ConfigSlice, environment: Environment, problems: string[]): object {
  const values: Record<string, unknown> = {};
  for (const [key, { name, schema }] of Object.entries(slice.variables)) {
    // Empty means absent: compose files pass `NAME=` for what is not set.
    const raw = environment[name];
    const result = schema.safeParse(raw === '' ? undefined : raw);
    if (result.success) values[key] = result.data;
    else problems.push(`${name} ${result.error.issues[0]?.message ?? 'is not valid'}`);
  }
  return Object.freeze(values);
}
