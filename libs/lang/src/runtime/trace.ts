/**
 * Recording of calls: what happens is written when it happens, one line each, and nothing of it is held. A value is
 * text from then on. The lines are for `../trace/read-trace.ts`.
 *
 * A segment is a whole number of lines and can be read without the others: it begins with
 *   ["t", 2, id of the next call, microseconds]
 * and says everything again that it mentions:
 *   ["h", head, function, file, line, column, flow?, inline?]     a function at a call site
 *   ["k", label, text]                                            a branch
 * An event is a letter, numbers of base 32 (`TraceText.number`) and values:
 *   ( head time args     a call begins, inside the current one. Ids count up. `time`: since the event before
 *   < head time          a flow begins
 *   ) time value         the current one has ended, its caller is the current one
 *   > time label again value      the same, of a flow, or after so many tail calls. Label 0: none
 *   * count              so many times more, in no time, what has just ended: turns of a loop
 *   ! time text          it has ended with this error
 *   @ id                 another one is the current one: 0 for none
 *   & id caller head start        it began in an earlier segment, at this time
 * `["d", recorded, left out]` stands at the end where anything was left out.
 */
import { BoundedWriter } from './bounded-json';
import { FUEL } from './fuel';
import { quote } from './json-write';
import type { Masker } from './mask';
import { TraceClock } from './trace-clock';
import { TraceText } from './trace-text';
import type { Fiber, Value } from './values';

export const TRACE_VERSION = 2;
const SEGMENT_BYTES = 240 * 1024;
const MAX_VALUE = 64 * 1024;
const MAX_MESSAGE = 8 * 1024;
/** After so much writing for nothing (values that turned out too large) values are cut much earlier. */
const LONG_WORK = 32 * 1024 * 1024;
const SHORT_VALUE = 2 * 1024;
/** What is kept beyond the caps. */
const SHALLOW_DEPTH = 2;

const Op = {
  Error: 33,
  Announce: 38,
  Call: 40,
  End: 41,
  Repeat: 42,
  Comma: 44,
  Flow: 60,
  FlowEnd: 62,
  Move: 64,
} as const;

export interface TraceTables {
  /** Name of a function table entry (flows included: `<cond>`). */
  fnName(fn: number): string;
  /** Null for functions; kind of flow and whether it is a function's body. */
  flow(fn: number): { readonly type: string; readonly inline: boolean } | null;
  /** File, line, column of a call site; null for site 0. */
  site(site: number): { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** A call under way. */
export class OpenCall {
  /** Times it began anew by a tail call. */
  again = 0;
  branch: string | null = null;

  constructor(
    readonly parent: OpenCall | null,
    /** 0: a gate. It and all calls inside have no record, unless an error passes. */
    public id: number,
    readonly fn: number,
    readonly site: number,
    readonly depth: number,
    public start: number,
    /** The last segment in which it is mentioned. */
    public segment: number,
  ) {}
}

/** No call: what is the current one for a reader has to be said. */
const NOWHERE = new OpenCall(null, 0, 0, 0, 0, 0, 0);

/** A call that an error passed and that has no `OpenCall`: see `HaltFrame`. */
export interface PassedCall {
  readonly fn: number;
  readonly site: number;
  readonly depth: number;
}

export interface TraceLimits {
  readonly maxBytes: number;
  readonly maxCalls: number;
}

export class Tracer {
  private nextId = 1;
  private recorded = 0;
  private readonly out = new TraceText();
  private segment = 0;
  private posted = 0;
  /** What a reader of the lines takes for the current call. */
  private current: OpenCall | null = NOWHERE;
  /** The flow that the last line ended for the next turn of a loop: it may be repeated. */
  private turned: OpenCall | null = null;
  private turnedBranch: string | null = null;
  /** Length of the text behind that line. */
  private turnedAt = 0;
  private repeated = 0;
  /** A flow of which it is not known yet whether it is such a repetition: it has begun, but nothing is written. */
  private pending: OpenCall | null = null;
  /** Time of the last event. */
  private time = 0;
  private readonly clock: TraceClock;
  private readonly writer: BoundedWriter;
  // By call site: the function called there, and the head of the two. The rest of them by both.
  private fns: number[] = [];
  private heads: number[] = [];
  private others = new Map<string, number>();
  private headCount = 0;
  private labels = new Map<string, number>();
  /** The caps are reached. */
  isFull = false;
  /** Errors and shallow calls are kept beyond the caps; a loop of them must not go on for ever either. */
  private hasReserve = true;
  /** So many calls and one of the two changes. */
  private nextMeasure = 0;
  dropped = 0;

  constructor(
    private readonly tables: TraceTables,
    private readonly limits: TraceLimits,
    nowUs: () => number,
    private readonly post: (segment: string) => void,
    masker: Masker,
  ) {
    this.writer = new BoundedWriter(masker, this.out);
    this.clock = new TraceClock(nowUs);
    this.measure();
  }

  /** Calls that ended, recorded or not. */
  get calls(): number {
    return this.recorded + this.dropped;
  }

  /** Bytes handed out. */
  get bytes(): number {
    return this.posted;
  }

  private measure(): void {
    const { maxBytes, maxCalls } = this.limits;
    const { recorded } = this;
    const size = this.posted + this.out.bytes;
    this.isFull = recorded >= maxCalls || size >= maxBytes;
    this.hasReserve = recorded < maxCalls * 2 && size < maxBytes * 2;
    this.nextMeasure = recorded < maxCalls ? maxCalls : maxCalls * 2;
  }

  private get maxValue(): number {
    return this.writer.work > LONG_WORK ? SHORT_VALUE : MAX_VALUE;
  }

  /** After a wait, or work that was billed, what was read before is of no use. */
  stale(): void {
    this.clock.stale();
  }

  begin(fb: Fiber, depth: number, site: number, fn: number, args: readonly Value[] | null): OpenCall {
    const parent = fb.tp;
    if (this.isFull && (depth > SHALLOW_DEPTH || !this.hasReserve)) {
      this.dropped++;
      // Inside, everything runs as without a trace.
      fb.f = FUEL;
      return (fb.tp = new OpenCall(parent, 0, fn, site, depth, 0, 0));
    }
    this.enterLine(parent);
    return (fb.tp = this.opened(parent, depth, site, fn, args));
  }

  /** A flow; null when it is not recorded. */
  flow(fb: Fiber, site: number, fn: number): OpenCall | null {
    const parent = fb.tp;
    if (this.isFull || parent?.id === 0) {
      this.dropped++;
      return null;
    }
    const { turned } = this;
    if (turned?.site === site && turned.fn === fn && turned.parent === parent && this.mayRepeat(parent)) {
      if (++this.recorded >= this.nextMeasure) this.measure();
      turned.id = this.nextId++;
      turned.start = this.time;
      turned.branch = null;
      this.turned = null;
      return (fb.tp = this.pending = turned);
    }
    this.enterLine(parent);
    return (fb.tp = this.opened(parent, parent === null ? 0 : parent.depth, site, fn, null));
  }

  private mayRepeat(parent: OpenCall | null): boolean {
    return this.current === parent && this.out.length === this.turnedAt && this.clock.read() <= this.time;
  }

  /** A flow ends because the function begins anew: its value is null. */
  turn(fb: Fiber, call: OpenCall, branch: string | null): void {
    const { out } = this;
    fb.tp = call.parent;
    if (this.pending === call && branch === this.turnedBranch && this.clock.read() <= this.time) {
      this.pending = null;
      if (++this.repeated === 1) {
        out.repeat(Op.Repeat);
        this.turnedAt = out.length;
      }
      out.repeatMore(this.repeated);
    } else {
      call.branch = branch;
      this.end(fb, call, null);
      this.turnedBranch = branch;
      this.turnedAt = out.length;
      this.repeated = 0;
    }
    this.turned = call;
  }

  private opened(
    parent: OpenCall | null,
    depth: number,
    site: number,
    fn: number,
    args: readonly Value[] | null,
  ): OpenCall {
    const { out } = this;
    const head = this.headOf(fn, site);
    out.event(args === null ? Op.Flow : Op.Call, head, this.passed());
    if (args !== null) this.args(args);
    out.endLine();
    if (++this.recorded >= this.nextMeasure) this.measure();
    return (this.current = new OpenCall(parent, this.nextId++, fn, site, depth, this.time, this.segment));
  }

  private args(args: readonly Value[]): void {
    const { out, writer } = this;
    const end = out.length + this.maxValue;
    for (let i = 0; i < args.length; i++) {
      const arg = args[i];
      if (i > 0) {
        out.code(Op.Comma);
        out.makeRoom();
      }
      // A missing argument of a call with too few.
      writer.put(arg === undefined ? null : arg, Math.max(64, end - out.length));
    }
  }

  end(fb: Fiber, call: OpenCall, result: Value): void {
    const { parent } = call;
    fb.tp = parent;
    if (call.id === 0) {
      this.leaveGate(fb);
      return;
    }
    this.enterLine(call);
    const { out } = this;
    const { branch, again } = call;
    if (branch === null && again === 0) {
      out.code(Op.End);
      out.number(this.passed());
    } else {
      const label = branch === null ? 0 : this.labelOf(branch);
      out.event(Op.FlowEnd, this.passed(), label);
      out.number(again);
    }
    this.writer.put(this.hasReserve ? result : null, this.maxValue);
    out.endLine();
    this.current = parent;
  }

  private leaveGate(fb: Fiber): void {
    this.dropped += FUEL - fb.f;
    fb.f = 0;
  }

  /** Everything that was open inside `to` when a halt passed; `passed`: the calls it passed, innermost first. */
  unwind(fb: Fiber, to: OpenCall | null, message: string, passed: readonly PassedCall[]): void {
    let error: string | null = null;
    while (fb.tp !== null && fb.tp !== to) {
      const call = fb.tp;
      fb.tp = call.parent;
      if (call.id === 0) this.leaveGate(fb);
      if (call.id === 0 && !this.hasReserve) continue;
      error ??= quote(message.slice(0, MAX_MESSAGE));
      if (call.id === 0) this.gateFailed(call, error, passed);
      else this.failed(call, error);
    }
  }

  /** A gate that an error passed, and the calls inside. */
  private gateFailed(gate: OpenCall, error: string, passed: readonly PassedCall[]): void {
    const inside = passed.filter((call) => call.depth > gate.depth);
    let { parent } = gate;
    const begun = [gate, ...inside.reverse()].map(({ depth, site, fn }) => {
      this.enterLine(parent);
      this.dropped = Math.max(0, this.dropped - 1);
      return (parent = this.opened(parent, depth, site, fn, []));
    });
    for (const call of begun.reverse()) this.failed(call, error);
  }

  private failed(call: OpenCall, error: string): void {
    this.enterLine(call);
    this.out.code(Op.Error);
    this.out.number(this.passed());
    this.out.text(this.hasReserve ? error : '""');
    this.out.endLine();
    this.current = call.parent;
    this.measure();
  }

  // ---- lines ------------------------------------------------------------------------------------------------------

  /** Before each event: a segment that is long enough leaves, and `call` becomes the current one. */
  private enterLine(call: OpenCall | null): void {
    if (this.out.makeRoom()) {
      if (this.out.bytes > SEGMENT_BYTES) this.flush();
      this.measure();
    }
    if (call !== this.current || this.pending !== null) this.moveTo(call);
  }

  private moveTo(call: OpenCall | null): void {
    const { out, pending } = this;
    if (pending !== null) {
      this.pending = null;
      this.moveTo(pending.parent);
      out.event(Op.Flow, this.headOf(pending.fn, pending.site), 0);
      out.endLine();
      this.current = pending;
      if (call === pending) return;
    }
    if (this.current === NOWHERE && out.bytes === 0) {
      this.segment++;
      this.line(`["t",${TRACE_VERSION},${this.nextId},${this.time}]`);
    }
    const unknown: OpenCall[] = [];
    for (let each = call; each !== null && each.segment !== this.segment; each = each.parent) {
      each.segment = this.segment;
      if (each.id !== 0) unknown.push(each);
    }
    for (const each of unknown.reverse()) {
      const head = this.headOf(each.fn, each.site);
      out.makeRoom();
      out.event(Op.Announce, each.id, idOf(each.parent));
      out.number(head);
      out.number(each.start);
      out.endLine();
    }
    if (idOf(call) !== idOf(this.current) || this.current === NOWHERE) {
      out.code(Op.Move);
      out.number(idOf(call));
      out.endLine();
    }
    this.current = call;
  }

  /** Microseconds since the last event. */
  private passed(): number {
    const { time } = this;
    const now = this.clock.read();
    // Clocks of hosts may stand, but never go back.
    if (now <= time) return 0;
    this.time = now;
    return now - time;
  }

  private line(text: string): void {
    this.out.text(`${text}\n`);
  }

  private headOf(fn: number, site: number): number {
    const known = this.fns[site] === fn ? this.heads[site] : undefined;
    return known ?? this.newHead(fn, site);
  }

  private newHead(fn: number, site: number): number {
    const key = `${fn} ${site}`;
    let head = this.others.get(key);
    if (head === undefined) {
      this.others.set(key, (head = this.headCount++));
      const at = this.tables.site(site);
      const flow = this.tables.flow(fn);
      const place = at === null ? 'null,0,0' : `${quote(at.file)},${at.line},${at.column}`;
      const extra = flow === null ? '' : `,${quote(flow.type)},${flow.inline ? 1 : 0}`;
      this.line(`["h",${head},${quote(this.tables.fnName(fn))},${place}${extra}]`);
    }
    // Sites that come next to each other in time mostly do so in number, too: no large holes.
    while (this.fns.length < site) {
      this.fns.push(-1);
      this.heads.push(-1);
    }
    this.fns[site] = fn;
    this.heads[site] = head;
    return head;
  }

  private labelOf(branch: string): number {
    let label = this.labels.get(branch);
    if (label === undefined) {
      this.labels.set(branch, (label = this.labels.size + 1));
      this.line(`["k",${label},${quote(branch)}]`);
    }
    return label;
  }

  private flush(): void {
    const bytes = this.out.bytes;
    if (bytes === 0) return;
    this.posted += bytes;
    this.current = NOWHERE;
    this.turned = null;
    this.fns = [];
    this.heads = [];
    this.others.clear();
    this.headCount = 0;
    this.labels.clear();
    this.post(this.out.take());
  }

  /** At the end of the run. */
  finish(): void {
    if (this.dropped > 0) this.line(`["d",${this.recorded},${this.dropped}]`);
    this.flush();
    this.out.close();
  }
}

/** Gates are not mentioned: what is inside belongs to their caller. */
function idOf(call: OpenCall | null): number {
  let each = call;
  while (each !== null && each.id === 0) each = each.parent;
  return each === null ? 0 : each.id;
}
