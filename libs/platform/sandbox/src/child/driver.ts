/**
 * Runs inside the isolate, after the language runtime: the only bridge between programs and the child. It is text,
 * because nothing of Node exists in there. Programs never see it: generated code reaches its runtime object alone.
 */
export const DRIVER = `
(function (buffer, offset, length, post, call, done, random) {
  'use strict';
  const words = new Int32Array(buffer, offset, length);
  const runtime = globalThis.__hotRuntime;
  delete globalThis.__hotRuntime;
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'console']) {
    delete globalThis[name];
  }
  const parse = JSON.parse, stringify = JSON.stringify, now = Date.now;
  const MICROS = 3, RUNNING = 0;
  let program;
  const waiting = new Map();
  let nextCall = 1;

  class Host {
    constructor(slot, run) { this.slot = slot; this.run = run; this.zero = words[MICROS]; }
    call(name, args) {
      const id = nextCall++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, run: this.run, slot: this.slot });
        call(this.run, id, name, args);
      });
    }
    post(name, payload) { post(this.run, name, payload); }
    nowUs() { return (words[MICROS] - this.zero) >>> 0; }
    epochMs() { return now(); }
    randomBytes(length) { return new Uint8Array(random(length)); }
  }

  globalThis.__load = (js, tables) => { program = runtime.load(js, tables); };

  globalThis.__start = (slot, run, request) => {
    const host = new Host(slot, run);
    const finish = (outcome) => {
      words[RUNNING] = 0;
      for (const [id, entry] of waiting) if (entry.run === run) waiting.delete(id);
      const { resultJson, ...rest } = outcome;
      done(run, stringify(rest), resultJson);
    };
    const broken = (error) => finish({
      status: 'failed', failureKind: 'unhandled-error', retryable: null,
      resultJson: stringify({ $type: '::hot::run/Failure', $val: { msg: 'Internal error of the runtime: ' + String(error && error.message), err: null } }),
      stats: { callCount: 0, traceBytes: 0, droppedCalls: 0 },
    });
    try {
      program.run(parse(request), host, { words, slot }).then(finish, broken);
    } catch (error) { broken(error); }
  };

  globalThis.__answer = (id, ok, payload) => {
    const entry = waiting.get(id);
    if (entry === undefined) return;
    waiting.delete(id);
    words[RUNNING] = entry.slot + 1;
    if (ok) entry.resolve(payload); else entry.reject(parse(payload));
  };
})`;
