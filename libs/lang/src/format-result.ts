/** How tools show the result of a run: `hot.value.format`. */
import { formatHot } from './runtime/format';
import { readJson } from './runtime/json-read';

export const VALUE_FORMATS = ['hot', 'json'] as const;
export type ValueFormat = (typeof VALUE_FORMATS)[number];

/**
 * @param json a result as a run gives it: JSON with tagged values
 * @returns as Hot code would write it, or as JSON of two spaces a level with every number as it was
 */
export function formatResult(json: string, format: ValueFormat): string {
  return format === 'hot' ? formatHot(readJson(json, () => undefined)) : indentJson(json);
}

/** Only blanks are added: a parser of doubles would change long numbers. */
function indentJson(json: string): string {
  let out = '';
  let depth = 0;
  let at = 0;
  const line = (): string => `\n${'  '.repeat(depth)}`;
  while (at < json.length) {
    const c = json[at] ?? '';
    if (c === '"') {
      const end = stringEnd(json, at);
      out += json.slice(at, end);
      at = end;
      continue;
    }
    at++;
    if (c === '[' || c === '{') {
      const close = c === '[' ? ']' : '}';
      if (json[at] === close) {
        out += c + close;
        at++;
      } else {
        depth++;
        out += c + line();
      }
    } else if (c === ']' || c === '}') {
      depth--;
      out += line() + c;
    } else if (c === ',') out += c + line();
    else if (c === ':') out += ': ';
    else out += c;
  }
  return out;
}

function stringEnd(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}
