/** Responses that come piece by piece: events, lines or chunks. */
import { consumeAt } from '../../runtime/consume';
import { hardError } from '../../runtime/halt';
import { HotMap } from '../../runtime/hot-map';
import { Iter } from '../../runtime/iter';
import { writeJson } from '../../runtime/json-write';
import type { TypeLookup } from '../../runtime/retag';
import { err, Res, Tagged, TypeInfo, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { utf8Decode } from '../../source/utf8';
import { payloadOf } from '../limits';
import { answeredBytes, hostCall, record } from './call';
import { textOf } from './file';
import { exchange, given } from './http';
import { FN, jsonOr, outgoing, type Outgoing } from './http-message';

const RESPONSE_TYPE = new TypeInfo('::hot::http/StreamingHttpResponse');
/** Text that is held until its event or line is complete. */
const MAX_HELD = 16 * 1024 * 1024;

const FORMATS = { sse: 'http:sse:event', ndjson: 'http:ndjson:line', raw: 'http:chunk' } as const;
type Format = keyof typeof FORMATS;

/** Takes chunks, gives what is complete: nothing yet is one null. */
export interface Splitter {
  feed(chunk: Uint8Array): readonly Value[];
  end(): readonly Value[];
}

/** Characters may be cut by the ends of chunks: the bytes of the last one wait. */
class Utf8Stream {
  private held = new Uint8Array(0);

  feed(chunk: Uint8Array): Uint8Array {
    const all = new Uint8Array(this.held.length + chunk.length);
    all.set(this.held);
    all.set(chunk, this.held.length);
    const cut = all.length - unfinished(all);
    this.held = all.slice(cut);
    return all.subarray(0, cut);
  }

  end(): Uint8Array {
    return this.held;
  }
}

/** Bytes at the end that begin a character and do not finish it. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const b = bytes[bytes.length - back] ?? 0;
    if (b < 0x80) return 0;
    // Above 0xf7 nothing begins.
    if (b >= 0xf8) return 0;
    if (b >= 0xc0) return (b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

class RawSplitter implements Splitter {
  private readonly utf8 = new Utf8Stream();

  feed(chunk: Uint8Array): readonly Value[] {
    const bytes = this.utf8.feed(chunk);
    return [bytes.length === 0 ? null : (textOf(bytes) ?? bytes.slice())];
  }

  end(): readonly Value[] {
    const rest = this.utf8.end();
    return rest.length === 0 ? [] : [rest];
  }
}

/** Lines, whatever ends them. */
class Lines {
  private readonly utf8 = new Utf8Stream();
  private held = '';

  feed(chunk: Uint8Array): string[] {
    const text = this.held + utf8Decode(this.utf8.feed(chunk));
    // A carriage return at the end may be half of a line end.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.held = lines.pop() ?? '';
    if (this.held.length > MAX_HELD) throw new RangeError('a line of the response is too long');
    return lines;
  }

  end(): string {
    return (this.held + utf8Decode(this.utf8.end())).replace(/\r$/, '');
  }
}

class NdjsonSplitter implements Splitter {
  private readonly lines = new Lines();

  constructor(private readonly types: TypeLookup) {}

  private value(line: string): Value {
    return jsonOr(line, line, this.types);
  }

  feed(chunk: Uint8Array): readonly Value[] {
    const values = this.lines
      .feed(chunk)
      .filter((line) => line.trim() !== '')
      .map((line) => this.value(line));
    const [only = null] = values;
    return [values.length > 1 ? values : only];
  }

  end(): readonly Value[] {
    const rest = this.lines.end();
    return rest.trim() === '' ? [] : [this.value(rest)];
  }
}

class SseSplitter implements Splitter {
  private readonly lines = new Lines();
  private data: string[] = [];
  private event: string | undefined;
  private id: string | undefined;
  private size = 0;

  constructor(private readonly types: TypeLookup) {}

  feed(chunk: Uint8Array): readonly Value[] {
    const out = this.lines.feed(chunk).flatMap((line) => this.line(line));
    return out.length === 0 ? [null] : out;
  }

  end(): readonly Value[] {
    const rest = this.lines.end();
    return [...(rest === '' ? [] : this.line(rest)), ...this.line('')];
  }

  private line(line: string): readonly Value[] {
    if (line === '') return this.dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return [];
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') {
      this.size += value.length;
      if (this.size > MAX_HELD) throw new RangeError('an event of the response is too long');
      this.data.push(value);
    } else if (field === 'event') this.event = value;
    else if (field === 'id') this.id = value;
    return [];
  }

  private dispatch(): readonly Value[] {
    const { event, id } = this;
    if (this.data.length === 0 && event === undefined) return [];
    const text = this.data.join('\n');
    this.data = [];
    this.size = 0;
    this.event = undefined;
    this.id = undefined;
    return [record({ event, data: jsonOr(text, text, this.types), id })];
  }
}

export function splitter(format: Format, types: TypeLookup): Splitter {
  return format === 'raw'
    ? new RawSplitter()
    : format === 'sse'
      ? new SseSplitter(types)
      : new NdjsonSplitter(types);
}

// ---- the iterator -----------------------------------------------------------------------------------------------------

function bodyOf(id: Value, format: Format, types: TypeLookup): Iter {
  const split = splitter(format, types);
  let ready: Value[] = [];
  let ended = false;
  /** Two that wait for one iterator get one value each. */
  let turn: Promise<unknown> = Promise.resolve();
  const read = async (fb: Fiber, site: number): Promise<Value | undefined> => {
    while (ready.length === 0 && !ended) {
      const answer = consumeAt(site, await hostCall(fb, site, FN, 'http.readChunk', record({ id })));
      const chunk = answer === null ? null : answeredBytes(answer);
      ended = chunk === null;
      try {
        ready = [...(chunk === null ? split.end() : split.feed(chunk))];
      } catch (e) {
        if (e instanceof RangeError) throw hardError(site, `Result error: ${FN}: ${e.message}`);
        throw e;
      }
      if (chunk !== null) fb.r.spend(fb, 1 + (chunk.length >> 4));
    }
    const v = ready.shift();
    if (v !== undefined && v !== null) {
      const shown = writeJson(fb.r.masker.value(v), true);
      fb.r.host.post('stream', `{"dataType":"${FORMATS[format]}","payload":${shown}}`);
    }
    return v;
  };
  return new Iter(
    () => {
      throw hardError(0, 'An iterator of a stream has to be waited for, which is not possible here');
    },
    (fb, site) => {
      const mine = turn.then(() => read(fb, site));
      turn = mine.catch(() => undefined);
      return mine;
    },
  );
}

async function open(fb: Fiber, site: number, o: Outgoing | Res, format: Value): Promise<Value> {
  if (o instanceof Res) return o;
  if (typeof format !== 'string' || !Object.hasOwn(FORMATS, format)) {
    const shown = typeof format === 'string' ? format : '';
    return err(`::hot::http/request-stream: unknown format '${shown}'. Use 'sse', 'ndjson' or 'raw'`);
  }
  const done = await exchange(fb, site, o, true);
  if (done instanceof Res) return done;
  const { answer, headers } = done;
  return new Tagged(
    RESPONSE_TYPE,
    HotMap.of([
      ['status', answer.getStr('status') ?? 0],
      ['headers', headers],
      ['body', bodyOf(answer.getStr('id') ?? null, format as Format, fb.r.program.typeNamed)],
    ]),
  );
}

const RETURNS = 'StreamingHttpResponse';
const FOUR = 'method: HttpMethod, url: Str, headers: Map<Str, Str>, body: Any';

export const HTTP_STREAM: readonly NativeDef[] = [
  native('::hot::http/request-stream', {
    opensStream: true,
    sig: [
      `(request: HttpRequest): ${RETURNS}`,
      `(request: HttpRequest, format: StreamFormat): ${RETURNS}`,
      `(${FOUR}): ${RETURNS}`,
      `(${FOUR}, format: StreamFormat): ${RETURNS}`,
    ],
    doc: 'Sends a request; the body of the response is an Iter of events, lines or chunks.',
    a: (fb, _d, site, ...args) => {
      const whole = payloadOf(args[0] ?? null) instanceof HotMap;
      return open(fb, site, given(args), (whole ? args[1] : args[4]) ?? 'raw');
    },
  }),
  native('::hot::http/get-stream', {
    opensStream: true,
    sig: [`(url: Str): ${RETURNS}`, `(url: Str, format: StreamFormat): ${RETURNS}`],
    doc: 'A GET request whose response comes piece by piece.',
    a: (fb, _d, site, url = null, format = 'raw') => open(fb, site, outgoing('GET', url, null, null), format),
  }),
  native('::hot::http/post-stream', {
    opensStream: true,
    sig: [
      `(url: Str, body: Any): ${RETURNS}`,
      `(url: Str, body: Any, headers: Map<Str, Str>): ${RETURNS}`,
      `(url: Str, body: Any, headers: Map<Str, Str>, format: StreamFormat): ${RETURNS}`,
    ],
    doc: 'A POST request whose response comes piece by piece.',
    a: (fb, _d, site, url = null, body = null, headers = null, format = 'raw') =>
      open(fb, site, outgoing('POST', url, headers, body), format),
  }),
];
