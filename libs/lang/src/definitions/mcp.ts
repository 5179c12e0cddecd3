import type { Candidate } from './entry-points';
import { metaJson } from './json';
import type { JsonObject } from './json';
import { inputSchema, outputSchema } from './json-schema';
import type { McpTool } from './model';
import type { Extractor, MetaReader } from './reader';
import { AUTH_MODES, automaticName, secretHeaders, serviceName } from './triggers';

export function mcpTool(x: Extractor, candidate: Candidate): McpTool | null {
  const { reader, member, entry, fn, native } = candidate;
  const map = reader.map('mcp');
  if (!map) return null;
  const service = serviceName(x, candidate, map);
  if (service === null) return null;
  const input = fn
    ? inputSchema(fn)
    : {
        schema: { type: 'object', properties: {} },
        params: native?.overloads.at(-1)?.params.map((param) => param.name) ?? [],
      };
  const icons = map.get('icons');
  return {
    ...entry,
    service,
    toolName: map.str('name') ?? automaticName(member.ns.name, member.name, true),
    title: map.str('title'),
    description: map.str('description') ?? entry.doc,
    auth: map.oneOf('auth', AUTH_MODES, 'required'),
    inputSchema: written(map, 'input-schema', 'inputSchema') ?? input.schema,
    outputSchema: written(map, 'output-schema', 'outputSchema') ?? (fn ? outputSchema(fn) : null),
    icons: icons ? metaJson(icons) : null,
    annotations: written(map, 'annotations', 'annotations'),
    params: input.params,
    secretHeaders: secretHeaders(reader),
  };
}

function written(map: MetaReader, key: string, other: string): JsonObject | null {
  const name = map.has(key) ? key : other;
  const value = map.get(name);
  if (value === null) return null;
  if (value.type === 'map') return metaJson(value) as JsonObject;
  map.wrong(name, 'a Map');
  return null;
}
