/** What a run's result says to the caller of a webhook. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { cut, scanJson } from '@app/events';
import type { RunView } from '@app/runs';
import type { FastifyReply } from 'fastify';

export interface WebhookResponse {
  readonly status: number;
  /** Lower case; several values only of cookies. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer | null;
}

const JSON_TYPE = 'application/json';
const HTTP_RESPONSE = '::hot::http/HttpResponse';
const BYTES = '::hot::type/Bytes';
/** About the connection and the form of the body, which are the server's; and the id of the request. */
const OURS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
]);
/** Statuses whose answers have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

export function responseOf(run: RunView): WebhookResponse {
  if (run.status === 'failed') return error(500, 'Webhook function execution failed');
  if (run.status === 'cancelled') return error(500, 'Execution cancelled');
  const result = run.result ?? 'null';
  const { type, value } = untagged(result);
  const members = membersOf(value);
  if (members?.has('status') && (type === HTTP_RESPONSE || type === null)) return described(members);
  return { status: 200, headers: { 'content-type': JSON_TYPE }, body: value };
}

export function timedOut(timeoutMs: number): WebhookResponse {
  return error(504, `Webhook function timed out after ${timeoutMs / 1_000}s`);
}

export async function send(reply: FastifyReply, { status, headers, body }: WebhookResponse): Promise<void> {
  reply.code(status);
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
  // What is a string already goes out as it is, a charset is not added to what the program said.
  await reply.send(body === null ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(body));
}

function error(status: number, message: string): WebhookResponse {
  return { status, headers: { 'content-type': JSON_TYPE }, body: JSON.stringify({ error: message }) };
}

type Members = ReadonlyMap<string, string>;

/** JSON texts of an object's members; null for what is none. */
function membersOf(json: string): Members | null {
  const scan = scanJson(json);
  if (!scan.ok || scan.kind !== 'object') return null;
  return new Map([...scan.members].map(([name, span]) => [name, cut(json, span)]));
}

/** A typed value without its wrapper, in the letters it was written in. */
function untagged(json: string): { readonly type: string | null; readonly value: string } {
  const members = membersOf(json);
  const type: unknown = JSON.parse(members?.get('$type') ?? 'null');
  const inner = members?.get('$val');
  if (typeof type !== 'string' || inner === undefined) return { type: null, value: json };
  return { type, value: inner };
}

function described(members: Members): WebhookResponse {
  const status = statusOf(members.get('status') ?? 'null');
  const headers = headersOf(members.get('headers') ?? 'null');
  if (BODILESS.has(status)) {
    const { 'content-type': _type, ...others } = headers;
    return { status, headers: others, body: null };
  }
  const bytes = bytesOf(members.get('body-bytes') ?? 'null') ?? bytesOf(members.get('body') ?? 'null');
  if (bytes !== null) {
    return { status, headers: { 'content-type': 'application/octet-stream', ...headers }, body: bytes };
  }
  return {
    status,
    headers: { 'content-type': JSON_TYPE, ...headers },
    body: textOf(members.get('body') ?? 'null', headers['content-type']),
  };
}

/** Those of 1xx are no answers: a client would wait for one. */
function statusOf(json: string): number {
  const status: unknown = JSON.parse(json);
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599
    ? status
    : 200;
}

function headersOf(json: string): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = {};
  for (const [given, text] of membersOf(json) ?? []) {
    const name = given.toLowerCase();
    const value: unknown = JSON.parse(text);
    const values = Array.isArray(value) ? value : [value];
    if (OURS.has(name) || values.length === 0 || !values.every((one) => isHeader(name, one))) continue;
    if (typeof value === 'string') headers[name] = value;
    else if (name === 'set-cookie') headers[name] = values;
  }
  return headers;
}

/** A name or value that could end the line would make a second header of it. */
function isHeader(name: string, value: unknown): value is string {
  if (typeof value !== 'string') return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function bytesOf(json: string): Buffer | null {
  if (!json.startsWith('{')) return null;
  const { type, value } = untagged(json);
  if (type !== BYTES) return null;
  return Buffer.from(JSON.parse(value) as number[]); // as the runtime writes them
}

/** Texts of other types than JSON are the body; everything else is written as JSON. */
function textOf(json: string, type: string | readonly string[] | undefined): string {
  if (typeof type !== 'string' || /[/+]json\s*(?:;|$)/i.test(type)) return json;
  const value: unknown = json.startsWith('"') ? JSON.parse(json) : null;
  return typeof value === 'string' ? value : json;
}
