/**
 * The arguments of a host call. Values of programs are passed on as they are written: `1.50` and keys like `"7"` would
 * not survive being parsed into objects of JavaScript.
 */
import { Refusal } from './refusal';

export class CallArgs {
  private readonly members: ReadonlyMap<string, string>;

  constructor(argsJson: string) {
    this.members = membersOf(argsJson);
  }

  /** As it is written; null for what is missing or null. */
  raw(name: string): string | null {
    const text = this.members.get(name);
    return text === undefined || text === 'null' ? null : text;
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== 'string') throw new Refusal('invalid', `${name} must be a text`);
    return value;
  }

  count(name: string): number {
    const value = this.value(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw new Refusal('invalid', `${name} must be a whole number`);
    return value;
  }

  value(name: string): unknown {
    const text = this.raw(name);
    return text === null ? null : JSON.parse(text);
  }

  bytes(name: string): Buffer {
    const value = this.value(name) as { readonly $type?: unknown; readonly $val?: unknown } | null;
    if (value?.$type === BYTES && typeof value.$val === 'string') return Buffer.from(value.$val, 'base64');
    throw new Refusal('invalid', `${name} must be bytes`);
  }
}

const BYTES = '::hot::type/Bytes';

export const bytesJson = (bytes: Buffer): string =>
  `{"$type":"${BYTES}","$val":"${bytes.toString('base64')}"}`;

/** The members of an object, each as it is written. The text is known to be JSON; of several of one name the last counts. */
export function membersOf(json: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let at = skipBlanks(json, json.indexOf('{') + 1);
  while (at > 0 && at < json.length && json[at] === '"') {
    const nameEnd = endOfString(json, at);
    const name = JSON.parse(json.slice(at, nameEnd)) as string;
    const start = skipBlanks(json, json.indexOf(':', nameEnd) + 1);
    const end = endOfValue(json, start);
    found.set(name, json.slice(start, end).trimEnd());
    at = skipBlanks(json, end + 1);
  }
  return found;
}

/** The elements of a list, each as it is written. */
export function elementsOf(json: string): readonly string[] {
  const found: string[] = [];
  let at = skipBlanks(json, json.indexOf('[') + 1);
  while (at < json.length && json[at] !== ']') {
    const end = endOfValue(json, at);
    found.push(json.slice(at, end).trimEnd());
    at = skipBlanks(json, end + 1);
  }
  return found;
}

const BLANKS = new Set([' ', '\n', '\r', '\t']);

function skipBlanks(json: string, from: number): number {
  let at = from;
  while (BLANKS.has(json[at] ?? '')) at++;
  return at;
}

/** @returns the place behind the closing quote */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = json.indexOf('"', at);
    if (quote < 0) return json.length;
    let slashes = 0;
    while (json[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

/** @returns the place of the comma or bracket that ends the value */
function endOfValue(json: string, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; at++) {
    const c = json[at];
    if (c === '"') at = endOfString(json, at) - 1;
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') {
      if (depth === 0) return at;
      depth--;
    } else if (c === ',' && depth === 0) return at;
  }
  return json.length;
}
