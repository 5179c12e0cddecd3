/**
 * Recording of calls. The format is newline-delimited JSON arrays: `t` the format's version, `n` a name, `s`
 * a call site, `b` a call that was open at a cut, `c` a call that ended. Every segment posted is a whole number of lines, so a run that dies loses its last lines only.
 *
 * Arguments and results become text at the moment of recording. A call is written when it ends; what is still open
 * when a segment leaves is written as begun, and once more when it ends.
 */
import { BoundedWriter } from './bounded-json';
import { quote } from './json-write';
import type { Masker } from './mask';
import type { Fiber, Value } from './values';
import { utf8Length } from '../source/utf8';

export const TRACE_VERSION = 1;
const SEGMENT_BYTES = 240 * 1024;
const MAX_VALUE = 64 * 1024;
const MAX_MESSAGE = 8 * 1024;
/** After so much writing for nothing (values that turned out too large) values are cut much earlier. */
const LONG_WORK = 32 * 1024 * 1024;
const SHORT_VALUE = 2 * 1024;
/** What is kept beyond the caps. */
const SHALLOW_DEPTH = 2;

export interface TraceTables {
  /** Name of a function table entry (flows included: `<cond>`). */
  fnName(fn: number): string;
  /** Null for functions; kind of flow and whether it is a function's body. */
  flow(fn: number): { readonly type: string; readonly inline: boolean } | null;
  /** File, line, column of a call site; null for site 0. */
  site(site: number): { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** A call under way. Fields are written once per call; only `again` and `branch` change while it runs. */
export class OpenCall {
  id = 0;
  fn = 0;
  site = 0;
  depth = 0;
  start = 0;
  /** JSON text of the arguments, quoted as it stands in the line. */
  args = 'null';
  /** Times it began anew by a tail call. */
  again = 0;
  branch: string | null = null;
  /** Written as open already. */
  announced = false;
  /** Among the calls that a cut of the trace announces. */
  listed = false;
  before: OpenCall | null = null;
  after: OpenCall | null = null;
  /** A call made by this one that ended without a record: the next one that gets none uses the object again. */
  spare: OpenCall | null = null;

  constructor(readonly parent: OpenCall | null) {}
}

export interface TraceLimits {
  readonly maxBytes: number;
  readonly maxCalls: number;
}

/** Beginning of a call's line that is the same for all calls of this function at this site. */
interface Head {
  readonly fn: number;
  readonly text: string;
}

/** Calls without a record between two looks at the clock: an error among them begins that much too early at most. */
const UNTIMED = 63;

export class Tracer {
  private nextId = 1;
  private recorded = 0;
  private buffer = '';
  private buffered = 0;
  private readonly names = new Map<number, number>();
  private readonly sites = new Set<number>();
  private readonly heads: (Head | undefined)[] = [];
  private first: OpenCall | null = null;
  private last: OpenCall | null = null;
  private readonly writer: BoundedWriter;
  /** The caps are reached. */
  private isFull = false;
  /** Errors and shallow calls are kept beyond the caps; a loop of them must not go on for ever either. */
  private hasReserve = true;
  private lastUs = 0;
  bytes = 0;
  dropped = 0;

  constructor(
    private readonly tables: TraceTables,
    private readonly limits: TraceLimits,
    private readonly nowUs: () => number,
    private readonly post: (segment: string) => void,
    private readonly masker: Masker,
  ) {
    this.writer = new BoundedWriter(masker);
    this.line(`["t",${TRACE_VERSION}]`);
    this.measure();
  }

  /** Calls that ended, recorded or not. */
  get calls(): number {
    return this.recorded + this.dropped;
  }

  private measure(): void {
    const { maxBytes, maxCalls } = this.limits;
    const { recorded } = this;
    const size = this.bytes + this.buffered;
    this.isFull = recorded >= maxCalls || size >= maxBytes;
    this.hasReserve = recorded < maxCalls * 2 && size < maxBytes * 2;
  }

  private get maxValue(): number {
    return this.writer.work > LONG_WORK ? SHORT_VALUE : MAX_VALUE;
  }

  /** After a wait the time that was read before it is of no use. */
  readClock(): number {
    return (this.lastUs = this.nowUs());
  }

  begin(fb: Fiber, depth: number, site: number, fn: number, args: readonly Value[] | null): OpenCall {
    const parent = fb.tp;
    const kept = !this.isFull || (depth <= SHALLOW_DEPTH && this.hasReserve);
    const call = kept ? new OpenCall(parent) : reused(parent);
    const id = this.nextId++;
    call.id = id;
    call.fn = fn;
    call.site = site;
    call.depth = depth;
    fb.tp = call;
    if (kept) {
      call.start = this.readClock();
      if (args !== null) call.args = this.argsText(args);
      this.list(call);
    } else {
      call.start = (id & UNTIMED) === 0 ? this.readClock() : this.lastUs;
    }
    return call;
  }

  end(fb: Fiber, call: OpenCall, result: Value): void {
    const { parent } = call;
    fb.tp = parent;
    if (this.isFull && parent !== null && (call.depth > SHALLOW_DEPTH || !this.hasReserve)) {
      this.drop(call);
      parent.spare = call;
    } else {
      this.close(call, this.textOf(result), 'null');
    }
  }

  /** Everything that was open inside `to` when a halt passed. */
  unwind(fb: Fiber, to: OpenCall | null, message: string): void {
    const error = quote(quote(message.slice(0, MAX_MESSAGE)));
    while (fb.tp !== null && fb.tp !== to) {
      const call = fb.tp;
      fb.tp = call.parent;
      if (this.hasReserve) this.close(call, 'null', error);
      else this.drop(call);
    }
  }

  private drop(call: OpenCall): void {
    this.dropped++;
    if (call.listed) this.unlist(call);
    call.again = 0;
    call.branch = null;
    call.args = 'null';
    call.announced = false;
  }

  private close(call: OpenCall, result: string, error: string): void {
    if (call.listed) this.unlist(call);
    const duration = this.readClock() - call.start;
    this.recorded++;
    if (call.branch !== null || call.again > 0) {
      const branch = quote(call.branch ?? '');
      this.line(`["f",${call.id},${branch},${call.again}]`, wideBytes(branch));
    }
    // Looking through the values is enough, and does not make one flat text of the line before the segment leaves.
    const wide = wideBytes(call.args) + wideBytes(result) + wideBytes(error);
    this.line(`["c",${this.headOf(call)},${duration},${call.args},${result},${error}]`, wide);
    this.measure();
  }

  private list(call: OpenCall): void {
    call.listed = true;
    const { last } = this;
    call.before = last;
    if (last === null) this.first = call;
    else last.after = call;
    this.last = call;
  }

  private unlist(call: OpenCall): void {
    const { before, after } = call;
    call.listed = false;
    if (before === null) this.first = after;
    else before.after = after;
    if (after === null) this.last = before;
    else after.before = before;
    call.before = null;
    call.after = null;
  }

  private headOf(call: OpenCall): string {
    const { fn, site } = call;
    let head = this.heads[site];
    if (head?.fn !== fn) {
      const name = this.nameOf(fn);
      if (site !== 0) this.siteOf(site);
      this.heads[site] = head = { fn, text: `,${name},${site},` };
    }
    return `${call.id},${call.parent === null ? 0 : call.parent.id}${head.text}${call.depth},${call.start}`;
  }

  /** A JSON string that holds the value as JSON. */
  private textOf(v: Value): string {
    if (typeof v === 'number' && this.masker.isEmpty) return `"${v}"`;
    if (v === null) return '"null"';
    return quote(this.writer.write(v, this.maxValue));
  }

  private argsText(args: readonly Value[]): string {
    if (args.length === 0) return '"[]"';
    const [only] = args;
    if (args.length === 1 && typeof only === 'number' && this.masker.isEmpty) return `"[${only}]"`;
    let out = '[';
    const max = this.maxValue;
    for (let i = 0; i < args.length; i++) {
      const arg = args[i];
      // A missing argument of a call with too few.
      out +=
        (i > 0 ? ',' : '') +
        this.writer.write(arg === undefined ? null : arg, Math.max(64, max - out.length));
    }
    return quote(`${out}]`);
  }

  private nameOf(fn: number): number {
    let id = this.names.get(fn);
    if (id === undefined) {
      this.names.set(fn, (id = this.names.size + 1));
      const flow = this.tables.flow(fn);
      const extra = flow === null ? '' : `,${quote(flow.type)},${flow.inline ? 1 : 0}`;
      this.line(`["n",${id},${quote(this.tables.fnName(fn))}${extra}]`);
    }
    return id;
  }

  private siteOf(site: number): void {
    if (this.sites.has(site)) return;
    this.sites.add(site);
    const at = this.tables.site(site);
    if (at !== null) this.line(`["s",${site},${quote(at.file)},${at.line},${at.column}]`);
  }

  private line(text: string, wide = wideBytes(text)): void {
    if (this.buffered > 0 && this.buffered + text.length > SEGMENT_BYTES) this.flush(true);
    this.add(text, wide);
  }

  /** `more`: the run goes on, so what is open now is written as open. */
  flush(more: boolean): void {
    if (more) {
      for (let call = this.first; call !== null; call = call.after) {
        if (call.announced) continue;
        call.announced = true;
        this.add(`["b",${this.headOf(call)},${call.args}]`, wideBytes(call.args));
      }
    }
    if (this.buffered === 0) return;
    this.bytes += this.buffered;
    const segment = this.buffer;
    this.buffer = '';
    this.buffered = 0;
    this.post(segment);
  }

  private add(text: string, wide: number): void {
    this.buffer += `${text}\n`;
    this.buffered += text.length + wide + 1;
  }

  /** At the end of the run. */
  finish(): void {
    if (this.dropped > 0) this.line(`["d",${this.recorded},${this.dropped}]`);
    this.flush(false);
  }
}

/** What UTF-8 takes beyond a byte per character. */
function wideBytes(text: string): number {
  return utf8Length(text) - text.length;
}

/** The object for a call that will have no record, unless it ends in an error. */
function reused(parent: OpenCall | null): OpenCall {
  const spare = parent === null ? null : parent.spare;
  if (parent === null || spare === null) return new OpenCall(parent);
  parent.spare = null;
  return spare;
}
