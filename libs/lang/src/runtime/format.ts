/** The `hot` display format of results: what the prompt, the command line and records show. */
import { Dec, decToString } from './dec';
import { display } from './display';
import { HotMap } from './hot-map';
import { Byte, Tagged, type Value } from './values';

const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

export function formatHot(v: Value, indent = 0, inline = false): string {
  if (v === null) return 'null';
  if (typeof v === 'string') return `"${v.replace(/[\\"\n\r\t]/g, (c) => ESCAPES[c] ?? c)}"`;
  if (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean') return String(v);
  if (v instanceof Dec) return decToString(v);
  if (v instanceof Byte) return `Byte(${v.n})`;
  if (v instanceof Uint8Array) return `Bytes([${Array.from(v).join(', ')}])`;
  if (Array.isArray(v)) {
    return block(
      '[',
      v.map((x) => formatHot(x, indent + 1, inline)),
      ']',
      indent,
      inline,
    );
  }
  if (v instanceof HotMap) {
    const entries = v
      .entries()
      .map(([k, x]) => `${keyText(k as Value)}: ${formatHot(x as Value, indent + 1, inline)}`);
    return block('{', entries, '}', indent, inline);
  }
  if (v instanceof Tagged) {
    if (v.unit) return v.type.name;
    const short = inline || isShort(v.val);
    return `${v.type.name}(${formatHot(v.val, indent, short)})`;
  }
  return display(v, null);
}

function block(
  open: string,
  items: readonly string[],
  close: string,
  indent: number,
  inline: boolean,
): string {
  if (items.length === 0) return open + close;
  if (inline) return open + items.join(', ') + close;
  const pad = '  '.repeat(indent + 1);
  return `${open}\n${items.map((x) => pad + x).join(',\n')}\n${'  '.repeat(indent)}${close}`;
}

function keyText(k: Value): string {
  return typeof k === 'string' && IDENTIFIER.test(k)
    ? k
    : typeof k === 'string'
      ? formatHot(k)
      : formatHot(k, 0, true);
}

function isShort(v: Value): boolean {
  const items = Array.isArray(v) ? v : v instanceof HotMap ? v.vals() : null;
  return (
    items !== null && items.length <= 3 && items.every((x) => !Array.isArray(x) && !(x instanceof HotMap))
  );
}
