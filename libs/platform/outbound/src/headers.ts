/** Headers of requests: what belongs to the connection or decides where the message ends is ours, not the caller's. */
import { OutboundError } from './outbound-error';

/** Name and value, in order; names may repeat. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

const OURS = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
]);
const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization']);
const MAX_HEADER_CHARS = 64 * 1024;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Line ends would begin a header, or a request, of the caller's own making. */
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** What is sent of the given headers. Throws OutboundError for what can't be sent safely. */
export function cleanHeaders(given: HeaderList): HeaderList {
  let chars = 0;
  const sent: (readonly [string, string])[] = [];
  for (const [name, value] of given) {
    if (!TOKEN.test(name)) throw new OutboundError('invalid', 'a header has an invalid name');
    if (CONTROL.test(value)) throw new OutboundError('invalid', `header ${name} has an invalid value`);
    chars += name.length + value.length;
    if (chars > MAX_HEADER_CHARS) throw new OutboundError('invalid', 'request headers are too large');
    if (!OURS.has(name.toLowerCase())) sent.push([name, onWire(value)]);
  }
  return sent;
}

export function hasHeader(headers: HeaderList, name: string): boolean {
  return headers.some(([each]) => each.toLowerCase() === name);
}

export function headerOf(headers: HeaderList, name: string): string | null {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1] ?? null;
}

/** For another origin than the one they were meant for. */
export function withoutCredentials(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !CREDENTIALS.has(name.toLowerCase()));
}

/** For a request that has lost its body. */
export function withoutContent(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !name.toLowerCase().startsWith('content-'));
}

/** Node sends one byte per character: beyond ASCII the bytes of UTF-8. */
function onWire(value: string): string {
  return /^[\u0000-\u007f]*$/.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1');
}

/** `rawHeaders` of Node: names and values in turn. */
export function pairsOf(raw: readonly string[]): HeaderList {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return pairs;
}
