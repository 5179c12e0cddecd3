/**
 * Recording of calls: what happens is written when it happens, and nothing of it is held. The bytes are described in
 * `../trace/format.ts` and read by `../trace/read-trace.ts`.
 *
 * A short call costs a dozen stores. Whatever is not needed for each of them (the clock, room, caps, the look at the
 * control words) is asked for by `look`, once in so many events.
 */
import { BLOCK, BLOCK_HEAD, Ev, FLOW, Tag, VARIADIC } from '../trace/format';
import { FUEL } from './fuel';
import type { Masker } from './mask';
import { OpenCall, type PassedCall } from './open-call';
import { TraceClock } from './trace-clock';
import { TraceHeads, type TraceTables } from './trace-heads';
import { ROOM, TraceLog } from './trace-log';
import { TraceValues } from './trace-values';
import type { Fiber, Value } from './values';

const BLOCK_BYTES = 240 * 1024;
const MAX_VALUE = 64 * 1024;
const MIN_VALUE = 64;
/** Caps and the end of the block are looked at after it. */
const LARGE_VALUE = 256;
const MAX_MESSAGE = 8 * 1024;
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
  post(block: Uint8Array): void;
  /** Halts the run when it must stop. */
  check(): void;
}

export class Tracer {
  private nextId = 1;
  private readonly log = new TraceLog();
  private readonly values: TraceValues;
  private readonly heads: TraceHeads;
  private readonly clock: TraceClock;
  private block = 0;
  /** The first call that began in this block. */
  private blockId = 1;
  private posted = 0;
  /** The last event was one of this fibre: a reader takes its innermost call for the current one. */
  private fiber: Fiber | null = null;
  /** Events up to the next `look`. */
  private until = 0;
  private unasked = 0;
  /** Time of the last event. */
  private time = 0;
  private first: OpenCall | null = null;
  /** Whether the objects of ended calls serve again. */
  private reuses = true;
  // Where the last flow began, and what follows it; where the last turns are told, what follows, their head and label.
  private flowFrom = -1;
  private flowTo = -1;
  private turnsTo = -1;
  private turnsHead = 0;
  private turnsLabel = 0;
  private turnsCount = 0;
  /** The caps are reached. */
  isFull = false;
  /** Errors and shallow calls are kept beyond the caps; a loop of them must not go on for ever either. */
  private hasReserve = true;
  /** So many calls and one of the two changes. */
  private nextMeasure = 0;
  dropped = 0;

  constructor(
    tables: TraceTables,
    private readonly limits: TraceLimits,
    private readonly host: TraceHost,
    private readonly masker: Masker,
  ) {
    this.values = new TraceValues(masker, this.log);
    this.heads = new TraceHeads(tables, this.log);
    this.clock = new TraceClock(host);
    this.measure();
  }

  /** Calls that began, recorded or not. */
  get calls(): number {
    return this.nextId - 1 + this.dropped;
  }

  /** Bytes handed out. */
  get bytes(): number {
    return this.posted;
  }

  private measure(): void {
    const { maxBytes, maxCalls } = this.limits;
    const recorded = this.nextId - 1;
    const size = this.posted + this.log.at;
    this.isFull = recorded >= maxCalls || size >= maxBytes;
    this.hasReserve = recorded < maxCalls * 2 && size < maxBytes * 2;
    this.nextMeasure = recorded < maxCalls ? maxCalls : maxCalls * 2;
  }

  /** After a wait, or work that was billed, the time is another one. */
  stale(): void {
    this.clock.stale();
    this.until = this.unasked = 0;
  }

  /** From now on calls of several fibres may be under way beside each other. */
  share(): void {
    this.reuses = false;
  }

  // ---- calls --------------------------------------------------------------------------------------------------------

  begin0(fb: Fiber, left: number, site: number, fn: number, count: typeof FLOW | 0 = 0): OpenCall {
    if (--this.until < 0 && !this.enters(left)) return this.gate(fb, left, site, fn);
    this.head(fb, site, fn, count);
    return this.opened(fb, left, site, fn);
  }

  begin1(fb: Fiber, left: number, site: number, fn: number, a: Value): OpenCall {
    if (--this.until < 0 && !this.enters(left)) return this.gate(fb, left, site, fn);
    this.head(fb, site, fn, 1);
    const { log } = this;
    if (typeof a === 'number' && this.masker.isEmpty) log.int(a);
    else this.put(a, this.maxValue);
    return this.opened(fb, left, site, fn);
  }

  begin2(fb: Fiber, left: number, site: number, fn: number, a: Value, b: Value): OpenCall {
    if (--this.until < 0 && !this.enters(left)) return this.gate(fb, left, site, fn);
    this.head(fb, site, fn, 2);
    const { log } = this;
    if (typeof a === 'number' && typeof b === 'number' && this.masker.isEmpty) {
      log.int(a);
      log.int(b);
    } else {
      const { maxValue } = this;
      const size = this.put(a, maxValue);
      this.put(b, Math.max(MIN_VALUE, maxValue - size));
    }
    return this.opened(fb, left, site, fn);
  }

  begin(fb: Fiber, left: number, site: number, fn: number, args: readonly Value[]): OpenCall {
    if (--this.until < 0 && !this.enters(left)) return this.gate(fb, left, site, fn);
    this.args(fb, site, fn, args);
    return this.opened(fb, left, site, fn);
  }

  private args(fb: Fiber, site: number, fn: number, args: readonly Value[]): void {
    const { log } = this;
    const { length } = args;
    this.head(fb, site, fn, Math.min(length, VARIADIC));
    if (length >= VARIADIC) log.number(length);
    let left = this.maxValue;
    for (let i = 0; i < length; i++) {
      const arg = args[i];
      log.room(16);
      // A missing argument of a call with too few.
      left -= this.put(arg === undefined ? null : arg, Math.max(MIN_VALUE, left));
    }
    log.room(0);
  }

  private put(v: Value, max: number): number {
    const size = this.values.put(v, max);
    if (size > LARGE_VALUE) this.until = 0;
    return size;
  }

  private get maxValue(): number {
    return this.values.work > LONG_WORK ? SHORT_VALUE : MAX_VALUE;
  }

  private head(fb: Fiber, site: number, fn: number, count: number): void {
    if (this.fiber !== fb) this.moveTo(fb, fb.tp);
    this.heads.call(site, fn, count);
  }

  private opened(fb: Fiber, left: number, site: number, fn: number): OpenCall {
    const parent = fb.tp;
    let call = parent === null ? this.first : parent.child;
    if (call === null || !this.reuses) call = this.fresh(parent);
    call.id = this.nextId++;
    call.fn = fn;
    call.site = site;
    call.left = left;
    call.start = this.time;
    return (fb.tp = call);
  }

  private fresh(parent: OpenCall | null): OpenCall {
    const call = new OpenCall(parent);
    if (parent === null) this.first = call;
    else parent.child = call;
    return call;
  }

  private gate(fb: Fiber, left: number, site: number, fn: number): OpenCall {
    this.dropped++;
    // Inside, everything runs as without a trace.
    fb.f = FUEL;
    const gate = new OpenCall(fb.tp);
    gate.fn = fn;
    gate.site = site;
    gate.left = left;
    return (fb.tp = gate);
  }

  private leaveGate(fb: Fiber): void {
    this.dropped += FUEL - fb.f;
    fb.f = 0;
  }

  end(fb: Fiber, call: OpenCall, result: Value): void {
    if (call.id === 0) {
      fb.tp = call.parent;
      this.leaveGate(fb);
      return;
    }
    this.ending(fb, call);
    this.log.byte(Ev.End);
    this.result(fb, call, result);
  }

  /** @param again times the call began anew by a tail call */
  endLoop(fb: Fiber, call: OpenCall, result: Value, again: number): void {
    if (again === 0 || call.id === 0) {
      this.end(fb, call, result);
      return;
    }
    this.ending(fb, call);
    this.log.byte(Ev.LoopEnd);
    this.log.number(again);
    this.result(fb, call, result);
  }

  private ending(fb: Fiber, call: OpenCall): void {
    if (--this.until < 0) this.look();
    if (this.fiber !== fb || fb.tp !== call) this.moveTo(fb, call);
  }

  private result(fb: Fiber, call: OpenCall, result: Value): void {
    if (typeof result === 'number' && this.masker.isEmpty) this.log.int(result);
    else this.put(this.hasReserve ? result : null, this.maxValue);
    fb.tp = call.parent;
  }

  // ---- flows --------------------------------------------------------------------------------------------------------

  /** Null when it is not recorded. */
  flow(fb: Fiber, site: number, fn: number): OpenCall | null {
    const parent = fb.tp;
    if (parent !== null && parent.id === 0) {
      this.dropped++;
      return null;
    }
    if (--this.until < 0) {
      this.look();
      if (this.isFull) {
        this.dropped++;
        return null;
      }
    }
    if (this.fiber !== fb) this.moveTo(fb, parent);
    this.flowFrom = this.heads.call(site, fn, FLOW);
    this.flowTo = this.log.at;
    return this.opened(fb, parent === null ? this.limits.maxDepth : parent.left, site, fn);
  }

  flowEnd(fb: Fiber, call: OpenCall, branch: string | null, value: Value): void {
    this.ending(fb, call);
    const label = this.heads.label(branch);
    this.log.byte(Ev.FlowEnd);
    this.log.number(label);
    this.result(fb, call, value);
  }

  /** A flow ends because the function begins anew: its value is null. */
  turn(fb: Fiber, call: OpenCall, branch: string | null): void {
    const { log, flowTo } = this;
    // What is told of the time, too, happens in it.
    if (--this.until < 0) this.look();
    if (log.at !== flowTo || fb.tp !== call || this.fiber !== fb) {
      this.flowEnd(fb, call, branch, null);
      return;
    }
    // Nothing has happened in it: it is counted with those before, unless its branch is new.
    const label = this.heads.label(branch);
    fb.tp = call.parent;
    if (log.at === flowTo) {
      log.at = this.flowFrom;
      this.turns(call.site, call.fn, label, 1);
    } else {
      log.byte(Ev.FlowEnd);
      log.number(label);
      log.byte(Tag.Null);
    }
    this.flowTo = -1;
  }

  /** So many turns of a loop, each of which was one flow that ended for the next one. */
  turned(fb: Fiber, site: number, fn: number, branch: string | null, count: number): void {
    if (--this.until < 0) this.look();
    if (this.fiber !== fb) this.moveTo(fb, fb.tp);
    const left = this.isFull ? 0 : Math.min(count, this.limits.maxCalls - this.nextId + 1);
    this.dropped += count - left;
    if (left <= 0) return;
    this.nextId += left;
    this.turns(site, fn, this.heads.label(branch), left);
    this.until = Math.min(this.until, Math.max(0, this.nextMeasure - this.nextId));
  }

  private turns(site: number, fn: number, label: number, count: number): void {
    const { log } = this;
    const head = this.heads.numberOf(site, fn, FLOW);
    if (this.turnsTo === log.at && this.turnsHead === head && this.turnsLabel === label) {
      log.u32((this.turnsCount += count), log.at - 4);
      return;
    }
    log.byte(Ev.Turns);
    log.number(head);
    log.number(label);
    log.u32(count, log.at);
    this.turnsTo = log.at += 4;
    this.turnsHead = head;
    this.turnsLabel = label;
    this.turnsCount = count;
  }

  // ---- errors -------------------------------------------------------------------------------------------------------

  /** Everything that was open inside `to` when a halt passed; `passed`: the calls it passed, innermost first. */
  unwind(fb: Fiber, to: OpenCall | null, message: string, passed: readonly PassedCall[]): void {
    const error = message.slice(0, MAX_MESSAGE);
    while (fb.tp !== null && fb.tp !== to) {
      const call = fb.tp;
      if (call.id !== 0) {
        this.failed(fb, call, error);
        continue;
      }
      fb.tp = call.parent;
      this.leaveGate(fb);
      if (this.hasReserve) this.gateFailed(fb, call, error, passed);
    }
  }

  /** A gate that an error passed, and the calls inside. */
  private gateFailed(fb: Fiber, gate: OpenCall, error: string, passed: readonly PassedCall[]): void {
    const inside = passed.filter((call) => call.left < gate.left).reverse();
    for (const { left, site, fn } of [gate, ...inside]) {
      this.look();
      this.dropped = Math.max(0, this.dropped - 1);
      this.head(fb, site, fn, 0);
      this.opened(fb, left, site, fn);
    }
    for (let i = inside.length; i >= 0; i--) if (fb.tp !== null) this.failed(fb, fb.tp, error);
  }

  private failed(fb: Fiber, call: OpenCall, error: string): void {
    this.look();
    if (this.fiber !== fb) this.moveTo(fb, call);
    this.log.byte(Ev.Error);
    this.log.text(this.hasReserve ? error : '');
    fb.tp = call.parent;
  }

  // ---- now and then -------------------------------------------------------------------------------------------------

  /** Before a call begins; false when it is not to be recorded. */
  private enters(left: number): boolean {
    this.host.check();
    this.look();
    return !this.isFull || (this.hasReserve && left >= this.limits.maxDepth - SHALLOW_DEPTH);
  }

  private look(): void {
    const { log } = this;
    log.room(ROOM);
    if (log.at > BLOCK_BYTES) this.flush();
    this.measure();
    if (log.at === 0) this.newBlock();
    // Beyond the caps each event comes here.
    if (!this.isFull || --this.unasked < 0) this.tick();
    this.until = this.isFull ? 0 : Math.min(this.clock.skips, this.nextMeasure - this.nextId);
  }

  private tick(): void {
    const { log } = this;
    const now = this.clock.read();
    this.unasked = this.clock.skips;
    // Clocks of hosts may stand, but never go back.
    if (now <= this.time) return;
    log.byte(Ev.Tick);
    log.number(now - this.time);
    this.time = now;
  }

  private newBlock(): void {
    const { log } = this;
    this.block++;
    this.blockId = this.nextId;
    log.byte(BLOCK);
    log.at = BLOCK_HEAD;
    log.number(this.nextId);
    log.number(this.time);
  }

  /** What the last event says of the current call is not so. */
  private moveTo(fb: Fiber, call: OpenCall | null): void {
    const { log } = this;
    const unknown: OpenCall[] = [];
    for (let each = call; each !== null && each.id < this.blockId; each = each.parent) {
      if (each.id === 0) continue;
      if (each.told === this.block) break;
      each.told = this.block;
      unknown.push(each);
    }
    for (const each of unknown.reverse()) {
      const head = this.heads.anyOf(each.site, each.fn);
      log.room(32);
      log.byte(Ev.Announce);
      log.number(each.id);
      log.number(idOf(each.parent));
      log.number(head);
      log.number(each.start);
    }
    log.byte(Ev.Move);
    log.number(idOf(call));
    this.fiber = fb;
  }

  private flush(): void {
    const { log } = this;
    if (log.at === 0) return;
    log.u32(log.at - BLOCK_HEAD, 1);
    this.posted += log.at;
    this.host.post(log.bytes.slice(0, log.at));
    log.at = 0;
    this.fiber = null;
    this.flowTo = this.turnsTo = -1;
    this.heads.begin();
    this.values.begin();
  }

  /** At the end of the run. */
  finish(): void {
    this.flush();
    this.log.close();
  }
}

/** Gates are not mentioned: what is inside belongs to their caller. */
function idOf(call: OpenCall | null): number {
  let each = call;
  while (each !== null && each.id === 0) each = each.parent;
  return each === null ? 0 : each.id;
}
