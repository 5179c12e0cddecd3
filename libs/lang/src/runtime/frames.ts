/** What generated code calls at the slow entry of functions, at their end, and around the flows in them. */
import { FLOW } from '../trace/format';
import type { OpenCall } from './open-call';
import type { Tracer } from './trace';
import type { Fiber, Value } from './values';

type Open = OpenCall | null;

/** The recorder of a call that begins, if it is to be recorded. */
function tracerOf(fb: Fiber, d: number): Tracer | null {
  const { tp } = fb;
  const { tracer } = fb.r;
  if (tracer === null || d < 0 || (tp !== null && tp.id === 0)) return null;
  fb.f = 0;
  return tracer;
}

export const frames = {
  enter: (fb: Fiber, d: number, site: number, call: number, args: readonly Value[]): Open => {
    const tracer = tracerOf(fb, d);
    return tracer === null ? fb.r.enter(fb, d, site) : tracer.begin(fb, d, site, call, args);
  },
  enter0: (fb: Fiber, d: number, site: number, call: number): Open => {
    const tracer = tracerOf(fb, d);
    return tracer === null ? fb.r.enter(fb, d, site) : tracer.begin0(fb, d, site, call);
  },
  enter1: (fb: Fiber, d: number, site: number, call: number, a: Value): Open => {
    const tracer = tracerOf(fb, d);
    return tracer === null ? fb.r.enter(fb, d, site) : tracer.begin1(fb, d, site, call, a);
  },
  enter2: (fb: Fiber, d: number, site: number, call: number, a: Value, b: Value): Open => {
    const tracer = tracerOf(fb, d);
    return tracer === null ? fb.r.enter(fb, d, site) : tracer.begin2(fb, d, site, call, a, b);
  },
  /** Of a value of a namespace: no function, and so without arguments. */
  enterTop: (fb: Fiber, d: number, site: number, call: number): Open => {
    const tracer = tracerOf(fb, d);
    return tracer === null ? fb.r.enter(fb, d, site) : tracer.begin0(fb, d, site, call, FLOW);
  },
  exit: (fb: Fiber, open: OpenCall, result: Value): void => {
    fb.r.tracer?.end(fb, open, result);
  },
  exitLoop: (fb: Fiber, open: OpenCall, result: Value, again: number): void => {
    fb.r.tracer?.endLoop(fb, open, result, again);
  },
  again: (fb: Fiber, open: Open): Open => fb.r.turns(open),
  /** A flow begins; null when it is not recorded. */
  flow: (fb: Fiber, site: number, call: number): Open => {
    const { tracer } = fb.r;
    return tracer === null ? null : tracer.flow(fb, site, call);
  },
  /** The call itself, unless it is beyond the caps of the trace: then nothing inside is recorded. */
  flowing: (open: OpenCall): Open => (open.id === 0 ? null : open),
  flowEnd: (fb: Fiber, open: OpenCall, branch: string | null, value: Value): void => {
    fb.r.tracer?.flowEnd(fb, open, branch, value);
  },
  /** A flow is left for the next turn of a loop. */
  flowTurn: (fb: Fiber, open: OpenCall, branch: string | null): void => {
    fb.r.tracer?.turn(fb, open, branch);
  },
  turned: (fb: Fiber, site: number, call: number, branch: string, count: number): void => {
    fb.r.tracer?.turned(fb, site, call, branch, count);
  },
  /** The turns before the last one, and that one. */
  turnedLast: (
    fb: Fiber,
    site: number,
    call: number,
    branch: string,
    count: number,
    last: string | null,
    value: Value,
  ): void => {
    fb.r.tracer?.turnedLast(fb, site, call, branch, count, last, value);
  },
};
