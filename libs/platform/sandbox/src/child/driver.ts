/**
 * Runs inside the isolate, after the language runtime and before any program: the only bridge between the two sides.
 * It is text, and bytes of traces, because nothing of Node exists in there. Programs reach their runtime object alone and so see nothing of
 * this; should a hole in the compiler ever let one see more, it finds frozen built-ins, no way to make code from text,
 * and host objects whose insides are private.
 */

/**
 * Characters under way to the child above which the isolate waits. All that is under way from all isolates the child's
 * main thread takes in one go, in which it is silent.
 */
const WINDOW_CHARS = 1024 * 1024;
/** Of all that one run posts: its trace has a limit of its own, below. */
const MAX_POSTED_CHARS = 96 * 1024 * 1024;
const MAX_ARGS_CHARS = 32 * 1024 * 1024;
/** Further calls of a run wait inside the isolate, where they count as its memory. */
const CALLS_IN_FLIGHT = 64;
/** Questions for the time at the beginning of a slice that are all answered exactly. */
const EXACT_READS = 32;
/** Afterwards, questions less than this apart on average are answered exactly once in so many. */
const DENSE_US = 1.5;
const DENSE_READS = 16;

const HARDEN = `
const blocked = function () { throw new TypeError('code from text is not available'); };
blocked.prototype = Function.prototype;
const withoutConstructors = () => {
  for (const f of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    Object.defineProperty(Object.getPrototypeOf(f), 'constructor', { value: blocked });
  }
  Object.defineProperty(SharedArrayBuffer.prototype, 'constructor', { value: blocked });
  const names = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'console'];
  for (const name of names) delete globalThis[name];
};
// A frozen data property of a prototype can't be assigned on its heirs; where programs of the runtime may do that
// (error.name = …), an accessor takes the assignment to the heir.
const assignable = (prototype, names) => {
  for (const name of names) {
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    if (own === undefined || !('value' in own)) continue;
    const { value } = own;
    Object.defineProperty(prototype, name, {
      configurable: false, enumerable: own.enumerable,
      get() { return value; },
      set(next) {
        if (this === prototype) throw new TypeError('built-ins can not be changed');
        Object.defineProperty(this, name, { value: next, writable: true, enumerable: true, configurable: true });
      },
    });
  }
};
const freezeAll = () => {
  assignable(Object.prototype, ['constructor', 'toString', 'valueOf', 'toLocaleString']);
  for (const E of [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
    assignable(E.prototype, ['constructor', 'name', 'message', 'toString']);
  }
  const hidden = [
    [][Symbol.iterator](), ''[Symbol.iterator](), new Map().entries(), new Set().values(), /a/[Symbol.matchAll](''),
    [].values().map((x) => x), Iterator.from({ next() {} }), (function* () {})(), (async function* () {})(),
    async function () {}, function* () {}, async function* () {},
  ];
  const seen = new Set(), todo = [globalThis, ...hidden.map((each) => Object.getPrototypeOf(each))];
  while (todo.length > 0) {
    const each = todo.pop();
    if ((typeof each !== 'object' && typeof each !== 'function') || each === null || seen.has(each)) continue;
    seen.add(each);
    for (const own of Object.values(Object.getOwnPropertyDescriptors(each))) todo.push(own.value, own.get, own.set);
    todo.push(Object.getPrototypeOf(each));
  }
  seen.delete(globalThis);
  for (const each of seen) Object.freeze(each);
};
const withoutCode = () => {
  delete globalThis.eval;
  globalThis.Function = blocked;
  Object.freeze(globalThis);
};`;

export const DRIVER = `
(function (controlBuffer, flowBuffer, post, trace, call, done, random, self) {
  'use strict';
  ${HARDEN}
  const words = new Int32Array(controlBuffer);
  const flow = new Int32Array(flowBuffer), clock = new Float64Array(flowBuffer);
  const RUNNING = 0, NOW_US = 0, PASSED = 2, MEMORY = 3;
  const stopWord = (slot) => 4 + slot * 4;
  const { load, wait } = Atomics, { parse, stringify } = JSON, { now } = Date, { max } = Math;
  const runtime = globalThis.__hotRuntime;
  delete globalThis.__hotRuntime;

  const runs = new Map();
  let program, nextCall = 1, sent = 0, entropy = new Uint8Array(0), drawn = 0;

  // Nobody may make the other side hold more than it can pass on.
  const account = (chars) => {
    for (;;) {
      const passed = load(flow, PASSED);
      if (((sent - passed) | 0) <= ${WINDOW_CHARS}) break;
      wait(flow, PASSED, passed, 20);
    }
    // Not before: one message larger than the window would wait for itself.
    sent = (sent + chars) | 0;
  };

  const draw = (length) => {
    if (length > 1024) return new Uint8Array(random(length));
    if (drawn + length > entropy.length) { entropy = new Uint8Array(random(4096)); drawn = 0; }
    const bytes = entropy.slice(drawn, drawn + length);
    entropy.fill(0, drawn, drawn + length);
    drawn += length;
    return bytes;
  };

  // Of the isolate's own handle nothing but its clock stays, bound: nothing in here refers to the handle any more, and
  // there is no way from a bound function to what it is bound to.
  const wallTime = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(self), 'wallTime').get.bind(self);

  // The isolate's own time is exact but stands still between slices, so each begins with the clock that the child sets.
  // Asking takes 0.1 µs: with nothing but short calls to measure that would make a run half as slow again, so that of
  // questions in quick succession most get the answer of the one before, until the child's clock has moved.
  let base = 0, wallStart = 0, lastUs = 0, tick = 0, exact = 0, stride = 1, skip = 0;
  const beginSlice = (slot) => {
    words[RUNNING] = slot + 1;
    tick = clock[NOW_US];
    // The child may be late, on a busy machine by much: what was told already is not before it.
    base = lastUs = max(tick, lastUs);
    wallStart = Number(wallTime());
    exact = skip = 0;
    stride = 1;
  };
  const clockUs = () => {
    const told = clock[NOW_US];
    if (skip > 0 && told === tick) { skip -= 1; return lastUs; }
    tick = told;
    const us = base + (Number(wallTime()) - wallStart) / 1000;
    stride = ++exact > ${EXACT_READS} && us - lastUs < stride * ${DENSE_US} ? ${DENSE_READS} : 1;
    skip = stride - 1;
    lastUs = us;
    return us;
  };

  const hostError = (code, message) => Object.assign(new Error(message), { code });

  const send = (state, id, name, args) => {
    state.inFlight += 1;
    account(args.length);
    call(state.run, id, name, args);
  };

  class Host {
    #state;
    constructor(state) { this.#state = state; Object.freeze(this); }
    call(name, args) {
      const state = this.#state;
      if (typeof name !== 'string' || typeof args !== 'string') return Promise.reject(hostError('invalid', 'not text'));
      if (args.length > ${MAX_ARGS_CHARS}) return Promise.reject(hostError('quota', 'the arguments are too large'));
      if (state.isOver) return new Promise(() => {});
      if (state.isStopped) return Promise.reject(hostError('cancelled', 'the run is being stopped'));
      return new Promise((resolve, reject) => {
        const id = nextCall++;
        state.waiting.set(id, { resolve, reject });
        if (state.inFlight < ${CALLS_IN_FLIGHT}) send(state, id, name, args);
        else state.later.push([id, name, args]);
      });
    }
    post(name, payload) {
      const state = this.#state;
      if (typeof name !== 'string' || typeof payload !== 'string') throw new TypeError('a posted value is text');
      if (state.isOver) return;
      state.posted += payload.length + 64;
      if (state.posted > ${MAX_POSTED_CHARS}) {
        words[stopWord(state.slot)] = MEMORY;
        throw new RangeError('the run has posted too much');
      }
      account(payload.length);
      post(state.run, name, payload);
    }
    trace(block) {
      const state = this.#state;
      if (!(block instanceof Uint8Array)) throw new TypeError('a part of a trace is bytes');
      if (state.isOver) return;
      const { length } = block;
      state.posted += length + 64;
      if (state.posted > ${MAX_POSTED_CHARS}) {
        words[stopWord(state.slot)] = MEMORY;
        throw new RangeError('the run has posted too much');
      }
      account(length);
      // All of the memory that it lies in would be copied.
      trace(state.run, block.slice());
    }
    nowUs() {
      // A slice may begin with a time that is older than the last one's end: a reader must not see it go back.
      const state = this.#state, us = clockUs() - state.zero;
      if (us > state.us) state.us = us;
      return Math.floor(state.us);
    }
    epochMs() { return now(); }
    randomBytes(length) { return draw(length); }
  }
  Object.freeze(Host.prototype);

  const failed = (kind, msg) => ({
    status: 'failed', failureKind: kind, retryable: null, stats: undefined,
    resultJson: stringify({ $type: '::hot::run/Failure', $val: { msg, err: null } }),
  });

  const withMessage = (resultJson, msg) => {
    const value = parse(resultJson);
    if (value === null || typeof value.$val !== 'object' || value.$val === null) return failed('timeout', msg).resultJson;
    value.$val.msg = msg;
    return stringify(value);
  };

  const checked = (state, outcome) => {
    const { resultJson } = outcome;
    if (typeof resultJson !== 'string') throw new TypeError('the result is no text');
    if (resultJson.length > state.maxResultBytes) {
      return failed('resource-limit', 'The result is larger than ' + state.maxResultBytes + ' bytes');
    }
    if (outcome.failureKind === 'timeout') return { ...outcome, resultJson: withMessage(resultJson, state.timeoutMessage) };
    parse(resultJson);
    return outcome;
  };

  const finish = (state, outcome) => {
    if (state.isOver) return;
    state.isOver = true;
    runs.delete(state.run);
    state.waiting.clear();
    state.later.length = 0;
    words[RUNNING] = 0;
    const { status, failureKind, retryable, stats, resultJson } = outcome;
    const header = stringify({ status, failureKind: failureKind ?? null, retryable: retryable ?? null, stats: stats ?? null });
    if (header.length > 4096) { state.isOver = false; broken(state, new TypeError('not an outcome')); return; }
    account(resultJson.length);
    done(state.run, header, resultJson);
  };

  const broken = (state, error) => {
    let message = 'unknown';
    try { message = String(error && error.message).slice(0, 500); } catch {}
    finish(state, failed('unhandled-error', 'Internal error of the runtime: ' + message));
  };

  const start = (slot, run, timeoutMessage, maxResultBytes, runId, fn, argsJson, infoJson, ctxJson, limits, trace) => {
    beginSlice(slot);
    const state = {
      slot, run, timeoutMessage, maxResultBytes, zero: base, waiting: new Map(), later: [], inFlight: 0,
      posted: 0, us: 0, isStopped: false, isOver: false,
    };
    runs.set(run, state);
    const request = { runId, fn, argsJson, infoJson, ctxJson, limits: parse(limits), trace };
    const settle = (outcome) => {
      let end;
      try { end = checked(state, outcome); } catch (error) { broken(state, error); return; }
      finish(state, end);
    };
    try {
      program.run(request, new Host(state), { words, slot }).then(settle, (error) => broken(state, error));
    } catch (error) { broken(state, error); }
  };

  const answer = (run, id, isOk, payload) => {
    const state = runs.get(run);
    const entry = state && state.waiting.get(id);
    if (entry === undefined) return;
    state.waiting.delete(id);
    state.inFlight -= 1;
    const next = state.later.shift();
    if (next !== undefined) send(state, ...next);
    beginSlice(state.slot);
    if (isOk) entry.resolve(payload);
    else { const { code, message } = parse(payload); entry.reject(hostError(code, message)); }
  };

  /** The stop word is set by now. What the run waits for is over, so that it comes to read it. */
  const stop = (run) => {
    const state = runs.get(run);
    if (state === undefined || state.isStopped) return;
    state.isStopped = true;
    state.later.length = 0;
    const entries = [...state.waiting.values()];
    state.waiting.clear();
    beginSlice(state.slot);
    for (const { reject } of entries) reject(hostError('cancelled', 'the run is being stopped'));
  };

  withoutConstructors();
  freezeAll();
  return Object.freeze({
    load: (code, tables) => { program = runtime.load(code, tables); withoutCode(); },
    start, answer, stop,
  });
})`;
