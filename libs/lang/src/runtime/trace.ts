/**
 * Recording of calls: what happens is written when it happens, and nothing of it is held. The bytes are described in
 * `../trace/format.ts` and read by `../trace/read-trace.ts`.
 *
 * A short call costs a dozen stores. Whatever is not needed for each of them (the clock, room, caps, the look at the
 * control words) is asked for by `look`, once in so many events. Events of numbers are written with the place of the next
 * byte in a variable: a field that is changed for each byte takes longer than all else together.
 */
import { Ev, FLOW, Tag, VARIADIC } from '../trace/format';
import { FUEL } from './fuel';
import { OpenCall, type PassedCall } from './open-call';
import { TraceBase } from './trace-base';
import type { Fiber, Value } from './values';

const MIN_VALUE = 64;
const MAX_MESSAGE = 8 * 1024;
// Names of this module are constants for the engine; what it imports is asked for at each use.
const END = Ev.End;

export class Tracer extends TraceBase {
  // Where the last flow began, and what follows it; what follows the last turns that are told, their head and label.
  private flowFrom = -1;
  private flowTo = -1;
  private turnsTo = -1;
  private turnsHead = 0;
  private turnsLabel = 0;
  private turnsCount = 0;

  // ---- calls --------------------------------------------------------------------------------------------------------

  begin0(fb: Fiber, left: number, site: number, fn: number, count: typeof FLOW | 0 = 0): OpenCall {
    if (--this.until < 0 && !this.enters(left)) return this.gate(fb, left, site, fn);
    this.startCall(this.headOf(fb, site, fn, count));
    return this.opened(fb, left, site, fn);
  }

  begin1(fb: Fiber, left: number, site: number, fn: number, a: Value): OpenCall {
    if (--this.until < 0 && !this.enters(left)) return this.gate(fb, left, site, fn);
    const head = this.headOf(fb, site, fn, 1);
    if (typeof a === 'number' && head < END && this.masker.isEmpty) {
      this.byteAndInt(head, a);
    } else {
      this.startCall(head);
      this.put(a, this.maxValue);
    }
    return this.opened(fb, left, site, fn);
  }

  begin2(fb: Fiber, left: number, site: number, fn: number, a: Value, b: Value): OpenCall {
    if (--this.until < 0 && !this.enters(left)) return this.gate(fb, left, site, fn);
    const head = this.headOf(fb, site, fn, 2);
    if (typeof a === 'number' && typeof b === 'number' && head < END && this.masker.isEmpty) {
      this.byteAndInt(head, a);
      this.int(b);
    } else {
      this.startCall(head);
      const { maxValue } = this;
      const size = this.put(a, maxValue);
      this.put(b, Math.max(MIN_VALUE, maxValue - size));
    }
    return this.opened(fb, left, site, fn);
  }

  begin(fb: Fiber, left: number, site: number, fn: number, args: readonly Value[]): OpenCall {
    if (--this.until < 0 && !this.enters(left)) return this.gate(fb, left, site, fn);
    const { length } = args;
    this.startCall(this.headOf(fb, site, fn, Math.min(length, VARIADIC)));
    if (length >= VARIADIC) this.number(length);
    let rest = this.maxValue;
    for (let i = 0; i < length; i++) {
      const arg = args[i];
      this.room(16);
      // A missing argument of a call with too few.
      rest -= this.put(arg === undefined ? null : arg, Math.max(MIN_VALUE, rest));
    }
    this.room(0);
    return this.opened(fb, left, site, fn);
  }

  private headOf(fb: Fiber, site: number, fn: number, count: number): number {
    const { tp } = fb;
    if (this.currentId !== (tp === null ? 0 : tp.id)) this.moveTo(tp);
    return this.headNumber(site, fn, count);
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
    if (typeof result === 'number' && this.masker.isEmpty) {
      this.byteAndInt(END, result);
    } else {
      this.byte(END);
      this.result(result);
    }
  }

  /** @param again times the call began anew by a tail call */
  endLoop(fb: Fiber, call: OpenCall, result: Value, again: number): void {
    if (again === 0 || call.id === 0) {
      this.end(fb, call, result);
      return;
    }
    this.ending(fb, call);
    this.byte(Ev.LoopEnd);
    this.number(again);
    this.result(result);
  }

  private ending(fb: Fiber, call: OpenCall): void {
    if (--this.until < 0) this.look();
    if (this.currentId !== call.id) this.moveTo(call);
    const { parent } = call;
    this.currentId = parent === null ? 0 : parent.id;
    fb.tp = parent;
  }

  private result(result: Value): void {
    this.put(this.hasReserve ? result : null, this.maxValue);
  }

  // ---- flows --------------------------------------------------------------------------------------------------------

  /** Null when it is not recorded. */
  flow(fb: Fiber, site: number, fn: number): OpenCall | null {
    const parent = fb.tp;
    if ((parent !== null && parent.id === 0) || !this.takes()) {
      this.dropped++;
      return null;
    }
    const head = this.headOf(fb, site, fn, FLOW);
    this.flowFrom = this.at;
    this.startCall(head);
    this.flowTo = this.at;
    return this.opened(fb, parent === null ? this.limits.maxDepth : parent.left, site, fn);
  }

  /** Whether the next flow is recorded. */
  private takes(): boolean {
    return --this.until >= 0 || this.refresh();
  }

  flowEnd(fb: Fiber, call: OpenCall, branch: string | null, value: Value): void {
    this.ending(fb, call);
    const label = this.label(branch);
    this.byte(Ev.FlowEnd);
    this.number(label);
    this.result(value);
  }

  /** A flow ends because the function begins anew: its value is null. */
  turn(fb: Fiber, call: OpenCall, branch: string | null): void {
    const { flowTo } = this;
    // What is told of the time, too, happens in it.
    if (--this.until < 0) this.look();
    if (this.at !== flowTo || this.currentId !== call.id) {
      this.flowEnd(fb, call, branch, null);
      return;
    }
    // Nothing has happened in it: it is counted with those before, unless its branch is new.
    const label = this.label(branch);
    const { parent } = call;
    this.currentId = parent === null ? 0 : parent.id;
    fb.tp = parent;
    if (this.at === flowTo) {
      this.at = this.flowFrom;
      this.turns(this.headNumber(call.site, call.fn, FLOW), label, 1);
    } else {
      this.byte(Ev.FlowEnd);
      this.number(label);
      this.byte(Tag.Null);
    }
    this.flowTo = -1;
  }

  /** So many turns of a loop, each of which was one flow that ended for the next one. */
  turned(fb: Fiber, site: number, fn: number, branch: string, count: number): void {
    const room = this.takes() ? Math.min(count, this.limits.maxCalls - this.nextId + 1) : 0;
    this.dropped += count - room;
    if (room <= 0) return;
    const head = this.headOf(fb, site, fn, FLOW);
    this.turns(head, this.label(branch), room);
    this.counted(room);
  }

  /** The same, and the flow after them, which has ended with a value. */
  turnedLast(
    fb: Fiber,
    site: number,
    fn: number,
    branch: string,
    count: number,
    last: string | null,
    value: Value,
  ): void {
    if (!this.takes() || this.nextId + count > this.limits.maxCalls) {
      if (count > 0) this.turned(fb, site, fn, branch, count);
      const open = this.flow(fb, site, fn);
      if (open !== null) this.flowEnd(fb, open, last, value);
      return;
    }
    const head = this.headOf(fb, site, fn, FLOW);
    const label = this.label(branch);
    const lastLabel = this.label(last);
    this.byte(Ev.TurnsEnd);
    this.number(head);
    this.number(label);
    this.number(count);
    this.number(lastLabel);
    this.put(value, this.maxValue);
    this.counted(count + 1);
  }

  /** So many calls have been recorded at once. */
  private counted(count: number): void {
    this.nextId += count;
    this.until = Math.min(this.until, Math.max(0, this.nextMeasure - this.nextId));
  }

  private turns(head: number, label: number, count: number): void {
    if (this.turnsTo === this.at && this.turnsHead === head && this.turnsLabel === label) {
      this.u32((this.turnsCount += count), this.at - 4);
      return;
    }
    this.byte(Ev.Turns);
    this.number(head);
    this.number(label);
    this.u32(count, this.at);
    this.turnsTo = this.at += 4;
    this.turnsHead = head;
    this.turnsLabel = label;
    this.turnsCount = count;
  }

  protected flushed(): void {
    this.flowTo = this.turnsTo = -1;
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
      this.startCall(this.headOf(fb, site, fn, 0));
      this.opened(fb, left, site, fn);
    }
    for (let i = inside.length; i >= 0; i--) if (fb.tp !== null) this.failed(fb, fb.tp, error);
  }

  private failed(fb: Fiber, call: OpenCall, error: string): void {
    this.until = 0;
    this.ending(fb, call);
    this.byte(Ev.Error);
    this.text(this.hasReserve ? error : '');
  }
}
