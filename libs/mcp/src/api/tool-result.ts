/** What a run's result is to the caller of a tool. Pure. */
import { isObject, violation, type Schema, type ServingTool } from '@app/mcp';
import { memberOf } from './json-rpc';
import { pretty } from './pretty';
import { isObjectSchema, type EraKind } from './tool-text';

export type ToolResult =
  /** JSON text of a result. */
  { readonly result: string } | { readonly problem: string };

/** Words of a failure or cancellation for the caller. */
export function reasonOf(result: string | null, otherwise: string): string {
  const inner = result === null ? null : memberOf(result, '$val');
  const msg: unknown = JSON.parse((inner === null ? null : memberOf(inner, 'msg')) ?? 'null');
  return typeof msg === 'string' && msg !== '' ? msg : otherwise;
}

/** @param ending members that the era adds, as JSON text that begins with a comma */
export function failureResult(message: string, ending: string): string {
  return `{"content":[${textItem(message)}],"isError":true${ending}}`;
}

/** @param json the run's result */
export function successResult(tool: ServingTool, json: string, era: EraKind, ending: string): ToolResult {
  const structured = structuredOf(tool, json, era);
  if ('problem' in structured) return structured;
  return { result: `{"content":${contentOf(json)},"structuredContent":${structured.result}${ending}}` };
}

/**
 * The result as it is. Values of types come with their type's name around them, which no schema of the type knows: where
 * the schema fits what is inside only, that is what is given.
 */
function structuredOf(tool: ServingTool, json: string, era: EraKind): ToolResult {
  const value: unknown = JSON.parse(json);
  const schema = tool.outputSchema === null ? true : (JSON.parse(tool.outputSchema) as Schema);
  const asIs = violation(schema, value);
  const plain = asIs === null ? value : withoutTags(value);
  if (asIs !== null && violation(schema, plain) !== null) {
    return { problem: `The result does not fit the output schema of the tool: ${asIs}` };
  }
  const text = asIs === null ? json : JSON.stringify(plain);
  const isWrapped = era === 'legacy' && (!isObject(plain) || (schema !== true && !isObjectSchema(schema)));
  return { result: isWrapped ? `{"result":${text}}` : text };
}

function withoutTags(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTags);
  if (!isObject(value)) return value;
  if (typeof value['$type'] === 'string' && Object.hasOwn(value, '$val')) return withoutTags(value['$val']);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutTags(one)]));
}

function contentOf(json: string): string {
  const value: unknown = JSON.parse(json);
  if (Array.isArray(value)) {
    return `[${value.map((one) => itemOf(one) ?? textItem(pretty(JSON.stringify(one)))).join(',')}]`;
  }
  return `[${itemOf(value) ?? textItem(pretty(json))}]`;
}

/** JSON text of what is a content item by itself; null for everything else. */
function itemOf(value: unknown): string | null {
  if (!isObject(value)) return null;
  const annotations = isObject(value['annotations']) ? { annotations: value['annotations'] } : {};
  switch (value['type']) {
    case 'text':
      return typeof value['text'] === 'string'
        ? JSON.stringify({ type: 'text', text: value['text'], ...annotations })
        : null;
    case 'image':
    case 'audio':
      return typeof value['data'] === 'string' && typeof value['mimeType'] === 'string'
        ? JSON.stringify({
            type: value['type'],
            data: value['data'],
            mimeType: value['mimeType'],
            ...annotations,
          })
        : null;
    case 'resource':
      return isObject(value['resource'])
        ? JSON.stringify({ type: 'resource', resource: value['resource'], ...annotations })
        : null;
    default:
      return null;
  }
}

function textItem(text: string): string {
  return JSON.stringify({ type: 'text', text });
}
