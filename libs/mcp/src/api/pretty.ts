const INDENT = '  ';

/** JSON text with line breaks; values and the order of members stay as they were written. */
export function pretty(json: string): string {
  let out = '';
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const char = json[at] ?? '';
    if (char === '"') {
      const start = at;
      at += 1;
      while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
      out += json.slice(start, at + 1);
    } else if (char === '{' || char === '[') {
      const close = char === '{' ? '}' : ']';
      const next = nextOf(json, at + 1);
      if (json[next] === close) {
        out += char + close;
        at = next;
      } else {
        depth += 1;
        out += `${char}\n${INDENT.repeat(depth)}`;
      }
    } else if (char === '}' || char === ']') {
      depth -= 1;
      out += `\n${INDENT.repeat(depth)}${char}`;
    } else if (char === ',') {
      out += `,\n${INDENT.repeat(depth)}`;
    } else if (char === ':') {
      out += ': ';
    } else if (!isSpace(char)) {
      out += char;
    }
  }
  return out;
}

function nextOf(json: string, from: number): number {
  let at = from;
  while (isSpace(json[at] ?? 'x')) at += 1;
  return at;
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\r' || char === '\t';
}
