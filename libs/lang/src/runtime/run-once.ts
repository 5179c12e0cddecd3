/** The life of one run: context, top-level values, the call, the outcome. */
import {
  SNIPPET_VALUE,
  type FailureKind,
  type RunControl,
  type RunHost,
  type RunOutcome,
  type RunRequest,
  type RunStats,
} from '../embed';
import { besideScript } from './beside';
import { callAsync } from './call';
import { consumeAt } from './consume';
import { asHalt, Halt, haltTypes, hardError } from './halt';
import { HotMap } from './hot-map';
import { JsonError, readJson } from './json-read';
import { takeLimits } from './limits';
import { JsonDepthError, writeJson } from './json-write';
import { assign, type Step } from './paths';
import type { InitStepRt, ProgramRt } from './program-rt';
import { Run } from './run';
import { utf8Length } from '../source/utf8';
import { Res, SUSPENDS, Tagged, type Fiber, type HotFn, type Value } from './values';

/** Context key of the request that a run answers. */
const CALLER_KEY = 'hot.request';

/** Whether the values shared by all runs have been computed, and what stopped that if anything did. */
export interface SharedState {
  done: boolean;
  halted?: { readonly step: number; readonly halt: Halt };
  /** The run that evaluates the program's script, where it has one. */
  script?: Run;
}

export async function runOnce(
  program: ProgramRt,
  shared: SharedState,
  request: RunRequest,
  host: RunHost,
  control: RunControl,
): Promise<RunOutcome> {
  const run = new Run(program, host, control, request.limits, host.epochMs(), request.trace);
  if (request.fn === SNIPPET_VALUE) shared.script = run;
  else if (shared.script !== undefined) run.continued = besideScript(shared.script);
  return runOf(run, shared, request);
}

export async function runOf(run: Run, shared: SharedState, request: RunRequest): Promise<RunOutcome> {
  const fb = run.fiber(null);
  try {
    run.check();
    prepare(run, request);
    const result = await main(run, fb, shared, request);
    return ended(run, fb, result);
  } catch (e) {
    return halted(run, fb, asHalt(e, 0));
  } finally {
    run.pause();
  }
}

function prepare(run: Run, request: RunRequest): void {
  const { program } = run;
  const ctx = given(program, 'context', request.ctxJson);
  if (ctx instanceof HotMap) {
    takeCaller(run, ctx.getStr('request') ?? null);
    const values = ctx.getStr('values');
    if (values instanceof HotMap) {
      for (let i = 0; i < values.size; i++) run.ctx.set(String(values.keyAt(i)), values.valueAt(i));
    }
    const keys = ctx.getStr('secretKeys');
    if (Array.isArray(keys)) for (const key of keys) run.secretKeys.add(String(key));
    // What the arguments bring along that is secret already.
    const secrets = ctx.getStr('secrets');
    if (Array.isArray(secrets)) for (const secret of secrets) run.masker.add(secret);
  }
  const info = given(program, 'information', request.infoJson);
  run.info = info instanceof HotMap ? info : null;
  takeLimits(run.info?.getStr('environment'));
  takeLimits(run.info?.getStr('conf'));
}

/** JSON that others wrote: a number beyond all bounds, or nesting, is theirs and no fault of ours. */
function given(program: ProgramRt, what: string, json: string): Value {
  try {
    return readJson(json, program.typeNamed);
  } catch (e) {
    if (e instanceof JsonError) throw hardError(0, `The ${what} of the run can't be read: ${e.message}`);
    throw e;
  }
}

/** Who is on the other end of the run, for the program to see in its context. */
function takeCaller(run: Run, request: Value): void {
  if (request === null) return;
  run.ctx.set(CALLER_KEY, request);
  const fields = request instanceof Tagged ? request.val : request;
  const auth = fields instanceof HotMap ? fields.getStr('auth') : null;
  if (auth instanceof HotMap) run.masker.hide(auth);
}

async function main(run: Run, fb: Fiber, shared: SharedState, request: RunRequest): Promise<Value> {
  // Before the values of namespaces, which may ask for the caller.
  const args = request.fn === SNIPPET_VALUE ? [] : readArgs(run, request.argsJson);
  if (run.ctx.get(CALLER_KEY) === true) takeCaller(run, args[0] ?? null);
  await initialise(run, fb, shared);
  if (request.fn === SNIPPET_VALUE) return snippetValue(run);
  const fn = run.program.functionNamed(request.fn);
  if (fn === null) throw hardError(0, `Function '${request.fn}' not found`);
  return callMain(fn, fb, run.limits.maxDepth, args);
}

/** The last value of the evaluated script or snippet; null when it only defines. */
function snippetValue(run: Run): Value {
  const { program } = run;
  const { result } = program.tables;
  const step = program.init[result];
  if (step === undefined || run.continued?.skips(result) === true) return null;
  return (step.pure ? program.shared : run.cells)[step.cell] ?? null;
}

export async function callMain(fn: HotFn, fb: Fiber, depth: number, args: Value[]): Promise<Value> {
  if (fn.x === SUSPENDS.never) return fn.s(fb, depth, 0, ...args);
  return callAsync(fn, fb, depth, 0, args);
}

function readArgs(run: Run, argsJson: string): Value[] {
  const args = given(run.program, 'arguments', argsJson);
  if (!Array.isArray(args)) throw hardError(0, 'The arguments of a run must be a JSON array');
  return args;
}

/** Top-level values: those that are the same for all runs once, the others for this run. */
export async function initialise(run: Run, fb: Fiber, shared: SharedState): Promise<void> {
  const { program } = run;
  run.continued?.fill(run);
  if (!shared.done) computeShared(run, fb, shared);
  const steps = program.init;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i];
    if (shared.halted?.step === i) throw shared.halted.halt;
    if (!step || step.pure || run.continued?.skips(i) === true) continue;
    const made: unknown = step.waits
      ? run.resume(await step.code(fb, run.limits.maxDepth, 0))
      : stepValue(run, fb, step);
    put(run.cells, step, made);
  }
}

/**
 * All of them at once, before anything of the run's own: they need nothing of it and never wait, so that runs which
 * begin at the same time do not see them half done.
 */
function computeShared(run: Run, fb: Fiber, shared: SharedState): void {
  const { tracer, calls } = run;
  if (tracer === null) {
    computeSteps(run, fb, shared);
    return;
  }
  // They are nobody's own: a trace must not depend on which run came first.
  run.tracer = null;
  try {
    computeSteps(run, fb, shared);
  } finally {
    run.tracer = tracer;
    run.calls = calls;
    fb.f = 0;
  }
}

function computeSteps(run: Run, fb: Fiber, shared: SharedState): void {
  const { program } = run;
  if (run.continued === null) program.shared.length = 0;
  const steps = program.init;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i];
    if (!step?.pure || run.continued?.skips(i) === true) continue;
    try {
      put(program.shared, step, stepValue(run, fb, step));
    } catch (e) {
      const halt = asHalt(e, step.site);
      if (halt.kind === 'stop') throw halt;
      // It halts every run when that comes to this step.
      shared.halted = { step: i, halt };
      break;
    }
  }
  shared.done = true;
}

function stepValue(run: Run, fb: Fiber, step: InitStepRt): unknown {
  return (step.code as (fb: Fiber, d: number, site: number) => unknown)(fb, run.limits.maxDepth, 0);
}

/** A step with a path gives the value and the path. */
function put(cells: Value[], step: InitStepRt, made: unknown): void {
  if (step.assigns) {
    const [value, path] = made as [Value, readonly Step[]];
    cells[step.cell] = assign(step.site, cells[step.cell], path, value);
  } else {
    cells[step.cell] = made as Value;
  }
}

// ---- outcomes -----------------------------------------------------------------------------------------------------

function ended(run: Run, fb: Fiber, result: Value): RunOutcome {
  let value = result;
  while (value instanceof Res && value.ok) value = value.val;
  if (value instanceof Res) return halted(run, fb, consumed(value));
  let resultJson: string;
  try {
    resultJson = writeJson(run.masker.value(value), true);
  } catch (e) {
    if (!(e instanceof JsonDepthError)) throw e;
    return halted(run, fb, hardError(0, 'The result is nested too deeply'));
  }
  if (resultJson.length > run.limits.maxResultBytes || utf8Length(resultJson) > run.limits.maxResultBytes) {
    return failed(run, fb, 'resource-limit', `The result is larger than ${run.limits.maxResultBytes} bytes`);
  }
  return { status: 'succeeded', resultJson, stats: finish(run, fb) };
}

function consumed(e: Res): Halt {
  try {
    consumeAt(0, e);
  } catch (h) {
    if (h instanceof Halt) return new Halt('err', stripPrefix(h.message), h.payload, 0);
  }
  return hardError(0, 'Error Result encountered');
}

/** A returned Err was not consumed by anybody: its text stands alone. */
function stripPrefix(message: string): string {
  return message.startsWith('Result error: ') ? message.slice('Result error: '.length) : message;
}

function halted(run: Run, fb: Fiber, halt: Halt): RunOutcome {
  const message = run.masker.text(halt.message);
  run.unwind(fb, null, halt);
  if (halt.kind === 'cancel') return cancelled(run, fb, halt.payload);
  if (halt.kind === 'stop') {
    switch (halt.cause) {
      case 'timeout':
        return failed(run, fb, 'timeout', halt.message, halt);
      case 'memory':
        return failed(run, fb, 'resource-limit', halt.message, halt);
      default:
        return cancelled(
          run,
          fb,
          new Tagged(
            haltTypes(run.info).cancellation,
            HotMap.of([
              ['msg', halt.message],
              ['data', null],
            ]),
          ),
        );
    }
  }
  const kind: FailureKind = halt.kind === 'error' ? 'unhandled-error' : 'failure';
  return failed(run, fb, kind, message, halt);
}

function cancelled(run: Run, fb: Fiber, payload: Value): RunOutcome {
  return { status: 'cancelled', resultJson: safeJson(run, payload), stats: finish(run, fb) };
}

function failed(run: Run, fb: Fiber, kind: FailureKind, message: string, halt?: Halt): RunOutcome {
  const own = halt?.kind === 'fail' && halt.payload instanceof Tagged ? halt.payload.val : null;
  const payload = halt?.kind === 'err' ? halt.payload : null;
  const msg = own instanceof HotMap ? (own.getStr('msg') ?? message) : message;
  const error = own instanceof HotMap ? (own.getStr('err') ?? null) : payload;
  const at = halt ? run.program.placeOf(halt) : null;
  const value = new Tagged(
    haltTypes(run.info).failure,
    HotMap.of([
      ['msg', msg],
      ['err', error],
      [
        'at',
        at === null
          ? null
          : HotMap.of([
              ['file', at.file],
              ['line', at.line],
              ['column', at.column],
            ]),
      ],
      ['stack', stackOf(run, halt)],
    ]),
  );
  return {
    status: 'failed',
    failureKind: kind,
    retryable: retryable(error),
    resultJson: safeJson(run, value),
    stats: finish(run, fb),
  };
}

/** Innermost first: each function with the place where it stood, that is the site of the call below it. */
function stackOf(run: Run, halt: Halt | undefined): Value {
  const lines: Value[] = [];
  let site = halt?.site ?? 0;
  for (const frame of halt?.frames ?? []) {
    const at = run.program.site(site);
    lines.push(
      HotMap.of([
        ['fn', run.program.fnName(frame.fn)],
        ['file', at?.file ?? null],
        ['line', at?.line ?? null],
        ['column', at?.column ?? null],
      ]),
    );
    site = frame.site;
  }
  return lines;
}

function retryable(error: Value): boolean | null {
  const map = error instanceof Tagged ? error.val : error;
  if (!(map instanceof HotMap)) return null;
  const flag = map.getStr('retryable');
  return typeof flag === 'boolean' ? flag : null;
}

/** The text of a failure must exist, whatever is in it. */
function safeJson(run: Run, value: Value): string {
  try {
    const text = writeJson(run.masker.value(value), true);
    if (text.length <= run.limits.maxResultBytes) return text;
  } catch (e) {
    if (!(e instanceof JsonDepthError) && !(e instanceof RangeError)) throw e;
  }
  const msg =
    value instanceof Tagged && value.val instanceof HotMap ? (value.val.getStr('msg') ?? null) : null;
  const short = typeof msg === 'string' ? run.masker.text(msg).slice(0, 2000) : '';
  return writeJson(
    new Tagged(
      haltTypes(run.info).failure,
      HotMap.of([
        ['msg', short],
        ['err', null],
      ]),
    ),
    true,
  );
}

function finish(run: Run, fb: Fiber): RunStats {
  const { tracer } = run;
  tracer?.finish();
  return {
    callCount: tracer?.calls ?? run.callCount(fb),
    traceBytes: tracer?.postedBytes ?? 0,
    droppedCalls: tracer?.dropped ?? 0,
  };
}
