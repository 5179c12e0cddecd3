/**
 * JSON read for showing, not for computing: numbers keep the digits they were written with, keys their order, and a key
 * that occurs twice is shown twice. JSON.parse would change all three.
 */
export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, JsonNode])[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: 'true' | 'false' | 'null' };

export class JsonSyntaxError extends Error {
  constructor(
    message: string,
    readonly position: number,
  ) {
    super(message);
    this.name = 'JsonSyntaxError';
  }
}

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const MAX_DEPTH = 500;

/** Throws JsonSyntaxError where the text stops being JSON. */
export function parseJson(source: string): JsonNode {
  const reader = new Reader(source);
  const node = reader.value(0);
  reader.end();
  return node;
}

class Reader {
  private at = 0;

  constructor(private readonly source: string) {}

  value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw this.error('Nested too deeply');
    this.take(SPACE);
    switch (this.source[this.at]) {
      case '{':
        return this.object(depth);
      case '[':
        return this.array(depth);
      case '"':
        return { kind: 'string', text: this.string() };
      default:
        return this.scalar();
    }
  }

  end(): void {
    this.take(SPACE);
    if (this.at < this.source.length) throw this.error('Unexpected text after the value');
  }

  private object(depth: number): JsonNode {
    const entries: (readonly [string, JsonNode])[] = [];
    this.at += 1;
    if (this.skip('}')) return { kind: 'object', entries };
    do {
      this.take(SPACE);
      const key = this.string();
      if (!this.skip(':')) throw this.error('Expected ":"');
      entries.push([key, this.value(depth + 1)]);
    } while (this.skip(','));
    if (!this.skip('}')) throw this.error('Expected "," or "}"');
    return { kind: 'object', entries };
  }

  private array(depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.at += 1;
    if (this.skip(']')) return { kind: 'array', items };
    do items.push(this.value(depth + 1));
    while (this.skip(','));
    if (!this.skip(']')) throw this.error('Expected "," or "]"');
    return { kind: 'array', items };
  }

  private string(): string {
    const raw = this.take(STRING);
    if (raw === '') throw this.error('Expected a string in double quotes');
    try {
      return JSON.parse(raw) as string;
    } catch {
      // A backslash before something that cannot be escaped.
      throw this.error('Bad escape in a string');
    }
  }

  private scalar(): JsonNode {
    const number = this.take(NUMBER);
    if (number !== '') return { kind: 'number', text: number };
    const literal = this.take(LITERAL);
    if (literal === 'true' || literal === 'false' || literal === 'null')
      return { kind: 'literal', text: literal };
    throw this.error('Expected a value');
  }

  /** After any space, the sign; false leaves it. */
  private skip(sign: string): boolean {
    this.take(SPACE);
    if (this.source[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const text = pattern.exec(this.source)?.[0] ?? '';
    this.at += text.length;
    return text;
  }

  private error(message: string): JsonSyntaxError {
    return new JsonSyntaxError(message, this.at);
  }
}

/** The value with two spaces of indentation and every scalar as it was written. */
export function formatJson(node: JsonNode, indent = ''): string {
  const inner = `${indent}  `;
  switch (node.kind) {
    case 'object':
      if (node.entries.length === 0) return '{}';
      return `{\n${node.entries
        .map(([key, value]) => `${inner}${JSON.stringify(key)}: ${formatJson(value, inner)}`)
        .join(',\n')}\n${indent}}`;
    case 'array':
      if (node.items.length === 0) return '[]';
      return `[\n${node.items.map((item) => inner + formatJson(item, inner)).join(',\n')}\n${indent}]`;
    case 'string':
      return JSON.stringify(node.text);
    default:
      return node.text;
  }
}

/** One line of at most `limit` characters: what a closed branch shows of itself. */
export function previewJson(node: JsonNode, limit = 64): string {
  const text = preview(node, limit);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

function preview(node: JsonNode, room: number): string {
  if (node.kind === 'string') return JSON.stringify(node.text.slice(0, room));
  if (node.kind === 'number' || node.kind === 'literal') return node.text;
  const parts: string[] = [];
  let used = 0;
  const all = node.kind === 'object' ? node.entries : node.items.map((item) => [null, item] as const);
  for (const [key, value] of all) {
    if (used > room) break;
    const part = (key === null ? '' : `${key}: `) + preview(value, room - used);
    parts.push(part);
    used += part.length + 2;
  }
  const inside = parts.join(', ');
  return node.kind === 'object' ? `{ ${inside} }`.replace('{  }', '{}') : `[${inside}]`;
}
