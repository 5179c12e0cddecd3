/** How tools are listed. Schemas are put in as the text that they are, which keeps the order of their properties. */
import { isObject, isSchema, mirroredArguments, type ServingTool } from '@app/mcp';

export type EraKind = 'legacy' | 'modern';

const NO_INPUT = '{"type":"object","additionalProperties":false}';

/** JSON text of a tool; null when clients of the era could not use it. */
export function toolText(tool: ServingTool, era: EraKind): string | null {
  if (era === 'modern' && !isUsable(tool)) return null;
  const members: readonly (readonly [string, string | null])[] = [
    ['name', JSON.stringify(tool.name)],
    ['title', tool.title === null ? null : JSON.stringify(tool.title)],
    ['description', tool.description === null ? null : JSON.stringify(tool.description)],
    ['inputSchema', inputSchemaOf(tool)],
    ['outputSchema', tool.outputSchema === null ? null : outputSchemaOf(tool.outputSchema, era)],
    ['icons', tool.icons],
    ['annotations', tool.annotations],
  ];
  const given = members.flatMap(([name, json]) => (json === null ? [] : [`"${name}":${json}`]));
  return `{${given.join(',')}}`;
}

/** A tool that takes nothing says so. */
function inputSchemaOf({ inputSchema }: ServingTool): string {
  const schema: unknown = JSON.parse(inputSchema);
  const none =
    isObject(schema) && isObject(schema['properties']) && Object.keys(schema['properties']).length === 0;
  return none && Object.keys(schema).length === 2 ? NO_INPUT : inputSchema;
}

/** Older clients take objects only. */
function outputSchemaOf(schema: string, era: EraKind): string {
  if (era === 'modern' || isObjectSchema(JSON.parse(schema))) return schema;
  return `{"type":"object","properties":{"result":${schema}},"required":["result"]}`;
}

export function isObjectSchema(schema: unknown): boolean {
  return isObject(schema) && schema['type'] === 'object';
}

function isUsable({ inputSchema, outputSchema }: ServingTool): boolean {
  const input: unknown = JSON.parse(inputSchema);
  return (
    isSchema(input) &&
    mirroredArguments(input) !== null &&
    (outputSchema === null || isSchema(JSON.parse(outputSchema)))
  );
}
