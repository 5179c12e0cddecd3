/** Which of the two ways of speaking a request follows, and whether it follows it. Pure. */
import { isObject } from '@app/mcp';
import type { IncomingHttpHeaders } from 'node:http';
import { CODES, type RpcRequest } from './json-rpc';

/** Newest first. */
export const LEGACY_VERSIONS: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
export const MODERN_VERSIONS: readonly string[] = ['2026-07-28'];
export const VERSIONS: readonly string[] = [...MODERN_VERSIONS, ...LEGACY_VERSIONS];
const PREFERRED_LEGACY = '2025-11-25';

export const META = 'io.modelcontextprotocol/';
const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

type Json = Readonly<Record<string, unknown>>;

export interface ModernFacts {
  readonly version: string;
  readonly capabilities: Json;
  readonly logLevel: string | null;
}

export type Era =
  | { readonly kind: 'legacy' }
  | { readonly kind: 'modern'; readonly facts: ModernFacts }
  | { readonly kind: 'refused'; readonly code: number; readonly problem: string; readonly data?: object };

export function eraOf(request: RpcRequest, headers: IncomingHttpHeaders): Era {
  const meta = isObject(request.params?.['_meta']) ? request.params['_meta'] : {};
  return isModern(request, meta, headers) ? modern(request, meta, headers) : { kind: 'legacy' };
}

/** What `initialize` agrees on. */
export function agreedVersion(asked: unknown): string {
  return typeof asked === 'string' && LEGACY_VERSIONS.includes(asked) ? asked : PREFERRED_LEGACY;
}

function isModern({ method }: RpcRequest, meta: Json, headers: IncomingHttpHeaders): boolean {
  const version = headers['mcp-protocol-version'];
  return (
    Object.hasOwn(meta, `${META}protocolVersion`) ||
    headers['mcp-method'] !== undefined ||
    headers['mcp-name'] !== undefined ||
    method === 'server/discover' ||
    (version !== undefined && !LEGACY_VERSIONS.includes(String(version)))
  );
}

function modern(request: RpcRequest, meta: Json, headers: IncomingHttpHeaders): Era {
  const refuse = (code: number, problem: string, data?: object): Era => ({
    kind: 'refused',
    code,
    problem,
    ...(data === undefined ? {} : { data }),
  });
  const version = meta[`${META}protocolVersion`];
  const capabilities = meta[`${META}clientCapabilities`];
  if (typeof version !== 'string' || capabilities === undefined) {
    return refuse(
      CODES.headers,
      `params._meta must have ${META}protocolVersion and ${META}clientCapabilities`,
    );
  }
  if (!isObject(capabilities))
    return refuse(CODES.invalidParams, `${META}clientCapabilities must be an object`);
  if (headers['mcp-protocol-version'] !== version) {
    return refuse(CODES.headers, `The header MCP-Protocol-Version must be ${version}`);
  }
  if (headers['mcp-method'] !== request.method) {
    return refuse(CODES.headers, `The header Mcp-Method must be ${request.method}`);
  }
  if (!MODERN_VERSIONS.includes(version)) {
    return refuse(CODES.version, `Protocol version ${version} is not supported`, {
      supported: VERSIONS,
      requested: version,
    });
  }
  const name = nameIn(request);
  if (name !== null && decodedHeader(headers['mcp-name']) !== name.value) {
    return refuse(CODES.headers, `The header Mcp-Name must be the ${name.of} of the request`);
  }
  const clientInfo = meta[`${META}clientInfo`];
  if (clientInfo !== undefined && !isObject(clientInfo)) {
    return refuse(CODES.invalidParams, `${META}clientInfo must be an object`);
  }
  const logLevel = meta[`${META}logLevel`];
  if (logLevel !== undefined && !LOG_LEVELS.includes(String(logLevel))) {
    return refuse(CODES.invalidParams, `${META}logLevel must be one of ${LOG_LEVELS.join(', ')}`);
  }
  return {
    kind: 'modern',
    facts: { version, capabilities, logLevel: typeof logLevel === 'string' ? logLevel : null },
  };
}

/** What the header Mcp-Name repeats; null of requests that name nothing. */
function nameIn({ method, params }: RpcRequest): { readonly of: string; readonly value: unknown } | null {
  if (method === 'tools/call' || method === 'prompts/get') return { of: 'name', value: params?.['name'] };
  return method === 'resources/read' ? { of: 'uri', value: params?.['uri'] } : null;
}

const ENCODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** A header that may hold any text, as base64 of its UTF-8. */
export function decodedHeader(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  const text = typeof header === 'string' ? header : header.join(', ');
  const encoded = ENCODED.exec(text)?.[1];
  return encoded === undefined ? text : Buffer.from(encoded, 'base64').toString('utf8');
}
