/**
 * Reads traces of version 2, lines of text; nothing writes them any more. A line is a letter, numbers of base 32 and
 * values as JSON:
 *   ["t", 2, id of the next call, microseconds]     a segment begins
 *   ["h", head, function, file, line, column, flow?, inline?]     ["k", label, text]
 *   ( head time args     a call begins, inside the current one. Ids count up. `time`: since the event before
 *   < head time          a flow begins
 *   ) time value         the current one has ended, its caller is the current one
 *   > time label again value      the same, of a flow, or after so many tail calls. Label 0: none
 *   * count              so many times more, in no time, what has just ended
 *   ! time text          it has ended with this error
 *   @ id                 another one is the current one: 0 for none
 *   & id caller head start        it began in an earlier segment, at this time
 */
import type { TracedCall } from './traced-call';

type Head = Pick<TracedCall, 'name' | 'place' | 'flow'>;

const HEADER = '["t",2,';

/** Whether these segments are of the version that is read here. */
export function isTextTrace(segments: readonly string[]): boolean {
  const [first = ''] = segments;
  return first.startsWith(HEADER) || first.includes(`\n${HEADER}`);
}

/** Calls by id. */
export function readTextTrace(segments: readonly string[]): ReadonlyMap<number, TracedCall> {
  const reader = new TraceReader();
  for (const segment of segments) {
    let from = 0;
    for (let to = segment.indexOf('\n'); to >= 0; to = segment.indexOf('\n', from)) {
      reader.line(segment.slice(from, to));
      from = to + 1;
    }
  }
  return reader.calls;
}

/** While it is being read. */
interface Call extends TracedCall {
  durationUs: number | null;
  result: string | null;
  error: string | null;
  branch: string | null;
  again: number;
}

class TraceReader {
  readonly calls = new Map<number, Call>();
  private heads = new Map<number, Head>();
  private labels = new Map<number, string>();
  private nextId = 1;
  private time = 0;
  /** Undefined: in a segment whose beginning is lost. */
  private current: Call | null | undefined = undefined;
  private ended: Call | undefined = undefined;
  private text = '';
  private at = 0;

  line(text: string): void {
    this.text = text;
    this.at = 1;
    switch (text[0]) {
      case '[':
        this.told(text);
        break;
      case '(':
      case '<':
        this.begins(text[0] === '(');
        break;
      case ')':
      case '>':
      case '!':
        this.ends(text[0]);
        break;
      case '*':
        for (let count = this.number(); count > 0; count--) this.repeats();
        break;
      case '@': {
        const id = this.number();
        this.current = id === 0 ? null : this.calls.get(id);
        break;
      }
      case '&': {
        const [id, parent, head, start] = [this.number(), this.number(), this.number(), this.number()];
        if (!this.calls.has(id)) this.add(id, parent, head, start, null);
        break;
      }
      default:
        break;
    }
  }

  private told(text: string): void {
    if (!/^\["[thk]",/.test(text)) return;
    const [kind, index, a, b, c, d, e] = parsed(text);
    if (typeof index !== 'number') return;
    if (kind === 't') {
      this.nextId = Number(a);
      this.time = Number(b);
      this.heads = new Map();
      this.labels = new Map();
      this.current = undefined;
      this.ended = undefined;
    } else if (kind === 'k') {
      this.labels.set(index, String(a));
    } else {
      this.heads.set(index, {
        name: String(a),
        place: typeof b === 'string' ? { file: b, line: Number(c), column: Number(d) } : null,
        flow: typeof e === 'string' ? e : null,
      });
    }
  }

  private begins(hasArgs: boolean): void {
    const head = this.number();
    this.time += this.number();
    const args = hasArgs ? `[${this.text.slice(this.at)}]` : null;
    this.current = this.add(this.nextId++, this.current?.id ?? 0, head, this.time, args);
  }

  private repeats(): void {
    const { ended } = this;
    const id = this.nextId++;
    if (ended !== undefined) {
      this.calls.set(id, { ...ended, id, startUs: this.time, durationUs: 0 });
    }
  }

  private add(
    id: number,
    parent: number,
    head: number,
    startUs: number,
    args: string | null,
  ): Call | undefined {
    const known = this.heads.get(head);
    if (known === undefined) return undefined;
    const call = {
      ...known,
      id,
      parent,
      startUs,
      durationUs: null,
      hasArgs: args !== null,
      args,
      result: null,
      error: null,
      branch: null,
      again: 0,
    };
    this.calls.set(id, call);
    return call;
  }

  private ends(kind: string): void {
    this.time += this.number();
    const label = kind === '>' ? this.number() : 0;
    const again = kind === '>' ? this.number() : 0;
    const { current } = this;
    if (current === undefined || current === null) return;
    current.durationUs = this.time - current.startUs;
    current.branch = this.labels.get(label) ?? null;
    current.again = again;
    const value = this.text.slice(this.at);
    if (kind === '!') current.error = value;
    else current.result = value;
    this.ended = current;
    this.current = current.parent === 0 ? null : this.calls.get(current.parent);
  }

  /** Digits of base 32, the lowest first: `P` … `o` before others, `0` … `O` as the last one. */
  private number(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 32) {
      const c = this.text.charCodeAt(this.at++);
      if (!(c >= 80)) return value + (c - 48) * unit;
      value += (c - 80) * unit;
    }
  }
}

function parsed(text: string): readonly unknown[] {
  try {
    return JSON.parse(text) as readonly unknown[];
  } catch {
    return [];
  }
}
