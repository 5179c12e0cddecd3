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

export interface OpenCall {
  readonly id: number;
  readonly parent: OpenCall | null;
  readonly fn: number;
  readonly site: number;
  readonly depth: number;
  readonly start: number;
  readonly args: string | null;
  /** Times it began anew by a tail call. */
  again: number;
  branch: string | null;
  /** Written as open already. */
  announced: boolean;
}

export interface TraceLimits {
  readonly maxBytes: number;
  readonly maxCalls: number;
}

export class Tracer {
  private nextId = 1;
  private recorded = 0;
  private buffer = '';
  private buffered = 0;
  private readonly names = new Map<number, number>();
  private readonly sites = new Set<number>();
  private readonly open = new Set<OpenCall>();
  private readonly writer: BoundedWriter;
  bytes = 0;
  dropped = 0;

  constructor(
    private readonly tables: TraceTables,
    private readonly limits: TraceLimits,
    private readonly nowUs: () => number,
    private readonly post: (segment: string) => void,
    masker: Masker,
  ) {
    this.writer = new BoundedWriter(masker);
    this.line(`["t",${TRACE_VERSION}]`);
  }

  /** Calls that ended, recorded or not. */
  get calls(): number {
    return this.recorded + this.dropped;
  }

  private get isFull(): boolean {
    return this.recorded >= this.limits.maxCalls || this.bytes + this.buffered >= this.limits.maxBytes;
  }

  /** Errors and shallow calls are kept beyond the caps; a loop of them must not go on for ever either. */
  private get hasReserve(): boolean {
    const { maxBytes, maxCalls } = this.limits;
    return this.recorded < maxCalls * 2 && this.bytes + this.buffered < maxBytes * 2;
  }

  private get maxValue(): number {
    return this.writer.work > LONG_WORK ? SHORT_VALUE : MAX_VALUE;
  }

  begin(fb: Fiber, depth: number, site: number, fn: number, args: readonly Value[] | null): OpenCall {
    const parent = fb.tp;
    const call: OpenCall = {
      id: this.nextId++,
      parent,
      fn,
      site,
      depth,
      start: this.nowUs(),
      args:
        args === null || (this.isFull && (depth > SHALLOW_DEPTH || !this.hasReserve))
          ? null
          : this.argsText(args),
      again: 0,
      branch: null,
      announced: false,
    };
    fb.tp = call;
    this.open.add(call);
    return call;
  }

  end(fb: Fiber, call: OpenCall, result: Value): void {
    fb.tp = call.parent;
    const keep = !this.isFull || call.parent === null || (call.depth <= SHALLOW_DEPTH && this.hasReserve);
    this.close(call, keep, keep ? this.writer.write(result, this.maxValue) : null, null);
  }

  /** Everything that was open inside `to` when a halt passed. */
  unwind(fb: Fiber, to: OpenCall | null, message: string): void {
    const error = quote(message.slice(0, MAX_MESSAGE));
    while (fb.tp !== null && fb.tp !== to) {
      const call = fb.tp;
      fb.tp = call.parent;
      this.close(call, this.hasReserve, null, error);
    }
  }

  private close(call: OpenCall, keep: boolean, result: string | null, error: string | null): void {
    this.open.delete(call);
    const duration = this.nowUs() - call.start;
    if (!keep) {
      this.dropped++;
      return;
    }
    this.recorded++;
    if (call.branch !== null || call.again > 0)
      this.line(`["f",${call.id},${quote(call.branch ?? '')},${call.again}]`);
    const text = (v: string | null): string => (v === null ? 'null' : quote(v));
    this.line(`["c",${this.headOf(call)},${duration},${text(call.args)},${text(result)},${text(error)}]`);
  }

  private headOf(call: OpenCall): string {
    const name = this.nameOf(call.fn);
    if (call.site !== 0) this.siteOf(call.site);
    return `${call.id},${call.parent?.id ?? 0},${name},${call.site},${call.depth},${call.start}`;
  }

  private argsText(args: readonly Value[]): string {
    if (args.length === 0) return '[]';
    let out = '[';
    const max = this.maxValue;
    for (let i = 0; i < args.length; i++) {
      const arg = args[i];
      // A missing argument of a call with too few.
      out +=
        (i > 0 ? ',' : '') +
        this.writer.write(arg === undefined ? null : arg, Math.max(64, max - out.length));
    }
    return `${out}]`;
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

  private line(text: string): void {
    if (this.buffered > 0 && this.buffered + text.length > SEGMENT_BYTES) this.flush(true);
    this.add(text);
  }

  /** `more`: the run goes on, so what is open now is written as open. */
  flush(more: boolean): void {
    if (more) {
      for (const call of this.open) {
        if (call.announced) continue;
        call.announced = true;
        const args = call.args === null ? 'null' : quote(call.args);
        this.add(`["b",${this.headOf(call)},${args}]`);
      }
    }
    if (this.buffered === 0) return;
    this.bytes += this.buffered;
    const segment = this.buffer;
    this.buffer = '';
    this.buffered = 0;
    this.post(segment);
  }

  private add(text: string): void {
    this.buffer += `${text}\n`;
    this.buffered += utf8Length(text) + 1;
  }

  /** At the end of the run. */
  finish(): void {
    if (this.dropped > 0) this.line(`["d",${this.recorded},${this.dropped}]`);
    this.flush(false);
  }
}
