/** Messages of JSON-RPC 2.0, read with their parts to the letter. */
import { cut, scanJson } from '@app/events';
import { isObject } from '@app/mcp';

type Json = Readonly<Record<string, unknown>>;

export interface RpcRequest {
  /** JSON text; null of a notification. */
  readonly id: string | null;
  readonly method: string;
  readonly params: Json | undefined;
  /** The arguments of a call as they were written; null without. */
  readonly argumentsText: string | null;
}

export type RpcMessage =
  | { readonly kind: 'request'; readonly request: RpcRequest }
  /** Something that answers a question which nobody asked. */
  | { readonly kind: 'response' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'invalid'; readonly id: string; readonly problem: string };

export const CODES = {
  parse: -32_700,
  invalidRequest: -32_600,
  unknownMethod: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  disabled: -32_001,
  headers: -32_020,
  capability: -32_021,
  version: -32_022,
} as const;

export function readMessage(text: string): RpcMessage {
  const scan = scanJson(text);
  if (!scan.ok) return { kind: 'unreadable' };
  if (scan.kind !== 'object') {
    const problem = scan.kind === 'array' ? 'Batches are not supported' : 'A message is an object';
    return { kind: 'invalid', id: 'null', problem };
  }
  const part = (name: string): string | null => {
    const span = scan.members.get(name);
    return span === undefined ? null : cut(text, span);
  };
  const id = part('id');
  const isId = id === null || id.startsWith('"') || /^-?\d+$/.test(id);
  const known = id !== null && isId ? id : 'null';
  const invalid = (problem: string): RpcMessage => ({ kind: 'invalid', id: known, problem });
  if (part('jsonrpc') !== '"2.0"') return invalid('jsonrpc must be "2.0"');
  if (!isId) return invalid('id must be a string or an integer');
  const method: unknown = JSON.parse(part('method') ?? 'null');
  if (typeof method !== 'string') {
    const answers = part('result') !== null || part('error') !== null;
    return answers ? { kind: 'response' } : invalid('method must be a string');
  }
  const paramsText = part('params');
  const params: unknown = paramsText === null ? undefined : JSON.parse(paramsText);
  if (params !== undefined && params !== null && !isObject(params))
    return invalid('params must be an object');
  return {
    kind: 'request',
    request: {
      id,
      method,
      params: isObject(params) ? params : undefined,
      argumentsText: paramsText === null ? null : memberOf(paramsText, 'arguments'),
    },
  };
}

/** JSON text of a member of an object. */
export function memberOf(json: string, name: string): string | null {
  const scan = scanJson(json);
  const span = scan.ok ? scan.members.get(name) : undefined;
  return span === undefined ? null : cut(json, span);
}

/** @param result JSON text */
export function resultText(id: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
}

export function errorText(id: string, code: number, message: string, data?: object): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify({ code, message, ...(data === undefined ? {} : { data }) })}}`;
}

/** @param params JSON text */
export function notificationText(method: string, params: string): string {
  return `{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${params}}`;
}
