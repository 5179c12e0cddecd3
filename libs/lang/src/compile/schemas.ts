/** Schemas of functions, for programs that offer them to models themselves (`::hot::internal::mcp`). */
import { metaGet } from '../analyse/metadata';
import type { FunctionDef, MetaValue, Program } from '../analyse/program';
import type { JsonObject } from '../definitions/json';
import { inputSchema, outputSchema } from '../definitions/json-schema';

/** Functions that read these tables. */
const READERS = ['::hot::internal::mcp/schema-from-fn', '::hot::internal::mcp/all-tool-schemas'];

export interface SchemaEntry {
  readonly fn: string;
  /** Whether its metadata calls it a tool. */
  readonly tool: 0 | 1;
  /** As the program gets it. */
  readonly schema: JsonObject;
}

/** Of all named functions; none in programs that never ask. */
export function schemasOf(program: Program, mentioned: ReadonlySet<string>): readonly SchemaEntry[] {
  if (!READERS.some((name) => mentioned.has(name))) return [];
  return program.namespaces.flatMap((ns) =>
    [...ns.members.values()].flatMap(({ fullName, name, target, file, aliasOf }): SchemaEntry[] => {
      if (target.kind !== 'function' || aliasOf !== null || program.origins[file] === 'std') return [];
      const { meta } = target.fn;
      const isTool = metaGet(meta, 'tool') !== null || metaGet(meta, 'mcp') !== null;
      return [{ fn: fullName, tool: isTool ? 1 : 0, schema: schemaOf(target.fn, name) }];
    }),
  );
}

function metaText(meta: MetaValue | null, key: string): string | null {
  const value = metaGet(meta, key);
  return value?.type === 'str' ? value.value : null;
}

function schemaOf(fn: FunctionDef, name: string): JsonObject {
  const said = (key: string): string | null =>
    metaText(metaGet(fn.meta, 'tool'), key) ?? metaText(metaGet(fn.meta, 'mcp'), key);
  const output = outputSchema(fn);
  const description = said('description') ?? metaText(fn.meta, 'doc');
  const displayName = said('display-name') ?? said('title');
  return {
    name: said('name') ?? name,
    'input-schema': inputSchema(fn).schema,
    ...(output === null ? {} : { 'output-schema': output }),
    ...(description === null ? {} : { description }),
    ...(displayName === null ? {} : { 'display-name': displayName }),
  };
}
