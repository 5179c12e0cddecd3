/** What recording needs now and then: time, room, blocks, caps, and who is the current call for a reader. */
import { BLOCK, BLOCK_HEAD, Ev } from '../trace/format';
import type { Masker } from './mask';
import { OpenCall } from './open-call';
import { TraceClock } from './trace-clock';
import type { TraceTables } from './trace-heads';
import { ROOM } from './trace-log';
import { TraceValues } from './trace-values';
import type { Fiber, Value } from './values';

const BLOCK_BYTES = 240 * 1024;
const MAX_VALUE = 64 * 1024;
/** Caps and the end of the block are looked at after it. */
const LARGE_VALUE = 256;
/** After so much writing for nothing (values that turned out too large) values are cut much earlier. */
const LONG_WORK = 32 * 1024 * 1024;
const SHORT_VALUE = 2 * 1024;
/** What is kept beyond the caps. */
const SHALLOW_DEPTH = 2;

export interface TraceLimits {
  readonly maxBytes: number;
  readonly maxCalls: number;
  readonly maxDepth: number;
}

/** What a tracer needs of its run. */
export interface TraceHost {
  nowUs(): number;
  /** The bytes are those of the log: they change when this returns. */
  post(block: Uint8Array): void;
  /** Halts the run when it must stop. */
  check(): void;
}

export abstract class TraceBase extends TraceValues {
  protected nextId = 1;
  private readonly clock: TraceClock;
  private block = 0;
  /** The first call that began in this block. */
  private blockId = 1;
  /** Bytes in this block that tell of earlier calls: with many open ones, blocks of nothing else would follow each other. */
  private announced = 0;
  private posted = 0;
  /** What a reader takes for the current call: 0 for none, -1 when that has to be said. */
  protected currentId = -1;
  /** Events up to the next `look`. */
  protected until = 0;
  /** Recorded events up to the next question for the time, beyond the caps. */
  private unasked = 0;
  /** Time of the last event. */
  private time = 0;
  private first: OpenCall | null = null;
  /** Whether the objects of ended calls serve again. */
  private reuses = true;
  /** The caps are reached. */
  isFull = false;
  /** Errors and shallow calls are kept beyond the caps; a loop of them must not go on for ever either. */
  protected hasReserve = true;
  /** So many calls and one of the two changes. */
  protected nextMeasure = 0;
  dropped = 0;

  constructor(
    tables: TraceTables,
    protected readonly limits: TraceLimits,
    private readonly host: TraceHost,
    masker: Masker,
  ) {
    super(tables, masker);
    this.clock = new TraceClock(host);
    this.measure();
  }

  /** Calls that began, recorded or not. */
  get calls(): number {
    return this.nextId - 1 + this.dropped;
  }

  /** Bytes handed out. */
  get postedBytes(): number {
    return this.posted;
  }

  private measure(): void {
    const { maxBytes, maxCalls } = this.limits;
    const recorded = this.nextId - 1;
    const size = this.posted + this.at;
    this.isFull = recorded >= maxCalls || size >= maxBytes;
    this.hasReserve = recorded < maxCalls * 2 && size < maxBytes * 2;
    this.nextMeasure = recorded < maxCalls ? maxCalls : maxCalls * 2;
  }

  /** After a wait, or work that was billed, the time is another one. */
  stale(): void {
    this.clock.stale();
    this.until = this.unasked = 0;
  }

  /** From now on calls of several fibres may be under way beside each other. @param open innermost one by now */
  share(open: OpenCall | null): void {
    if (!this.reuses) return;
    this.reuses = false;
    this.first = null;
    for (let each = open; each !== null; each = each.parent) each.child = null;
  }

  /** At the end of the run. */
  finish(): void {
    this.flush();
    this.close();
  }

  /** What has begun is the innermost call of the fibre. */
  protected opened(fb: Fiber, left: number, site: number, fn: number): OpenCall {
    const parent = fb.tp;
    let call = parent === null ? this.first : parent.child;
    if (call === null) call = this.fresh(parent);
    call.id = this.currentId = this.nextId++;
    call.fn = fn;
    call.site = site;
    call.left = left;
    call.start = this.time;
    return (fb.tp = call);
  }

  private fresh(parent: OpenCall | null): OpenCall {
    const call = new OpenCall(parent);
    if (!this.reuses) return call;
    if (parent === null) this.first = call;
    else parent.child = call;
    return call;
  }

  /** Any value. Answers about how many characters it takes. */
  protected put(v: Value, max: number): number {
    const size = this.write(v, max);
    if (size > LARGE_VALUE) this.until = 0;
    return size;
  }

  protected get maxValue(): number {
    return this.work > LONG_WORK ? SHORT_VALUE : MAX_VALUE;
  }

  /** Before a call begins; false when it is not to be recorded. */
  protected enters(left: number): boolean {
    this.host.check();
    if (this.refresh()) return true;
    if (!this.hasReserve || left < this.limits.maxDepth - SHALLOW_DEPTH) return false;
    this.tickLate();
    return true;
  }

  /** Before an event that is recorded in any case. */
  protected look(): void {
    if (!this.refresh()) this.tickLate();
  }

  /** Looks at everything; false when the caps are reached. What is refused then tells nothing, not even of the time. */
  protected refresh(): boolean {
    this.room(ROOM);
    if (this.at - this.announced > BLOCK_BYTES) this.flush();
    this.measure();
    if (this.at === 0) this.newBlock();
    if (this.isFull) {
      this.until = 0;
      return false;
    }
    this.tick();
    this.until = Math.min(this.clock.skips, this.nextMeasure - this.nextId);
    return true;
  }

  /** Beyond the caps each event comes here. */
  private tickLate(): void {
    if (--this.unasked < 0) this.tick();
  }

  private tick(): void {
    const now = this.clock.read();
    this.unasked = this.clock.skips;
    // Clocks of hosts may stand, but never go back.
    if (now <= this.time) return;
    this.byte(Ev.Tick);
    this.number(now - this.time);
    this.time = now;
  }

  private newBlock(): void {
    this.block++;
    this.blockId = this.nextId;
    this.byte(BLOCK);
    this.at = BLOCK_HEAD;
    this.announced = 0;
    this.number(this.nextId);
    this.number(this.time);
  }

  /** What the last event says of the current call is not so. */
  protected moveTo(call: OpenCall | null): void {
    const unknown: OpenCall[] = [];
    for (let each = call; each !== null && each.id < this.blockId; each = each.parent) {
      if (each.told === this.block) break;
      each.told = this.block;
      unknown.push(each);
    }
    const from = this.at;
    for (const each of unknown.reverse()) {
      const head = this.anyHead(each.site, each.fn);
      this.room(32);
      this.byte(Ev.Announce);
      this.number(each.id);
      this.number(idOf(each.parent));
      this.number(head);
      this.number(each.start);
    }
    this.announced += this.at - from;
    this.byte(Ev.Move);
    this.number((this.currentId = idOf(call)));
  }

  private flush(): void {
    if (this.at === 0) return;
    this.u32(this.at - BLOCK_HEAD, 1);
    this.posted += this.at;
    this.host.post(this.bytes.subarray(0, this.at));
    this.at = 0;
    this.currentId = -1;
    this.newHeads();
    this.newValues();
    this.flushed();
  }

  /** Nothing that was written can be changed any more. */
  protected abstract flushed(): void;
}

const idOf = (call: OpenCall | null): number => (call === null ? 0 : call.id);
