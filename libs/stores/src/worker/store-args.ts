import { cut, MAX_JSON_DEPTH, scanJson, type Span } from '@app/events';
import {
  settingsOf,
  StoreRefusedError,
  type StoreQuery,
  type StoreSettings,
  type StoreWrite,
} from '@app/stores';

/** Arguments, the list of many entries and an entry of it are around what a program may nest 256 levels deep. */
const LEVELS_AROUND = 3;

/** Members of a JSON object by name: as texts where they are kept, as values where they are understood. */
export class StoreArgs {
  private constructor(
    private readonly text: string,
    private readonly members: ReadonlyMap<string, Span>,
  ) {}

  static read(text: string): StoreArgs {
    const scan = scanJson(text, MAX_JSON_DEPTH + LEVELS_AROUND);
    if (!scan.ok || scan.kind !== 'object')
      throw new StoreRefusedError('invalid', 'the arguments must be an object');
    return new StoreArgs(text, scan.members);
  }

  json(name: string): string {
    const span = this.members.get(name);
    return span === undefined ? 'null' : cut(this.text, span);
  }

  plain(name: string): unknown {
    return JSON.parse(this.json(name));
  }

  count(name: string, otherwise: number): number {
    const value = this.plain(name);
    return typeof value === 'number' && value >= 0
      ? Math.min(Math.trunc(value), Number.MAX_SAFE_INTEGER)
      : otherwise;
  }

  list(name: string): readonly unknown[] | null {
    const value = this.plain(name);
    return Array.isArray(value) ? (value as readonly unknown[]) : null;
  }

  settings(): StoreSettings {
    return settingsOf(this.plain('textSearch'), this.plain('embedding'));
  }

  write(): StoreWrite {
    const text = this.plain('text');
    return {
      key: this.json('key'),
      value: this.json('value'),
      text: typeof text === 'string' ? text : null,
      vector: this.list('vector'),
    };
  }

  query(): StoreQuery {
    const mode = this.plain('mode');
    const minScore = this.plain('minScore');
    return {
      mode: mode === 'semantic' || mode === 'hybrid' ? mode : 'keyword',
      query: String(this.plain('query')),
      vector: this.list('vector'),
      limit: this.count('limit', 10),
      minScore: typeof minScore === 'number' ? minScore : 0,
    };
  }

  /** Of `entries`, a list of objects like the arguments of one write. */
  writes(): readonly StoreWrite[] {
    return elements(this.json('entries')).map((entry) => StoreArgs.read(entry).write());
  }
}

/** The texts of a list's elements, each an object. */
function elements(list: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < list.length; at += 1) {
    switch (list[at]) {
      case '"':
        at = endOfString(list, at);
        break;
      case '{':
      case '[':
        depth += 1;
        if (depth === 2) start = at;
        break;
      case '}':
      case ']':
        if (depth === 2) found.push(list.slice(start, at + 1));
        depth -= 1;
    }
  }
  return found;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
