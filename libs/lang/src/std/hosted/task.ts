/** `::hot::task`: long work in the background. */
import { isInt } from '../../runtime/arith';
import { functionOf } from '../../runtime/call';
import { HotMap } from '../../runtime/hot-map';
import { shortTypeOf } from '../../runtime/types';
import { err, HotFn, Tagged, TypeInfo, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { ownRun, remember } from '../host';
import { payloadOf } from '../limits';
import { isUuidText } from '../uuid';
import { hostCall, isErr, record, runPart, type Refusals } from './call';

const INFO_TYPE = new TypeInfo('::hot::task/TaskInfo');
const RESULT_TYPE = new TypeInfo('::hot::task/TaskResult');
const STREAM_TYPE = new TypeInfo('::hot::stream/Stream');

const DEFAULT_TIMEOUT = 1_800_000;
const MIN_TIMEOUT = 1000;
const MAX_TIMEOUT = 604_800_000;
const MAX_WAIT = 24 * 3600 * 1000;
/** One wait at the embedder; the run can be stopped between two. */
const WAIT_SLICE = 30_000;
/** What a waiting run keeps for itself. */
const OWN_TIME = 5000;
/** Until a task that ran out of time has ended: its waiter shall learn that, not run out of time beside it. */
const END_TIME = 5000;

/** Why the run can start no task; null when it can. */
export function contextProblem(fb: Fiber, fn: string): Value {
  const { info } = fb.r;
  if (info === null || runPart(fb, 'run') === null)
    return err(`${fn}: no execution context (not running in a run)`);
  for (const part of ['env', 'build', 'stream']) {
    if (typeof runPart(fb, part)?.getStr('id') !== 'string')
      return err(`${fn}: no ${part}_id in execution context`);
  }
  return null;
}

export const startRefusals = (fn: string): Refusals => {
  const failed = (message: string): Value => err(`${fn}: failed to enqueue task: ${message}`);
  return {
    unavailable: () => err(`${fn}: no task queue configured`),
    timeout: () => err(`${fn}: failed to enqueue task: timed out after 5s`),
    io: failed,
    quota: failed,
    invalid: failed,
  };
};

export function taskInfo(fb: Fiber, taskId: Value, data: Value): Value {
  return new Tagged(
    INFO_TYPE,
    record({
      id: taskId,
      stream: new Tagged(STREAM_TYPE, runPart(fb, 'stream') ?? HotMap.empty),
      'origin-run': ownRun(fb),
      data,
    }),
  );
}

function nameOf(fb: Fiber, v: Value): string | null {
  const f = functionOf(fb.r.program, v, true);
  return f instanceof HotFn ? f.name : null;
}

async function start(
  fb: Fiber,
  site: number,
  fn: Value,
  args: Value,
  options: Value | undefined,
): Promise<Value> {
  const own = '::hot::task/start';
  const name = nameOf(fb, fn);
  if (name === null) {
    const shown = typeof fn === 'string' ? `'${fn}'` : fn instanceof HotFn ? 'a closure' : shortTypeOf(fn);
    return err(`${own}: first arg must be a function reference, got: ${shown}`);
  }
  const given = options === undefined ? HotMap.empty : payloadOf(options);
  if (!(given instanceof HotMap)) return err(`${own}: options must be a Map`);
  const problem = contextProblem(fb, own);
  if (problem !== null) return problem;
  const timeout = given.getStr('timeout') ?? null;
  const timeoutMs = isInt(timeout)
    ? Math.min(Math.max(Number(timeout), MIN_TIMEOUT), MAX_TIMEOUT)
    : DEFAULT_TIMEOUT;
  const call = record({
    function: name,
    args,
    options: record({
      timeoutMs,
      type: given.getStr('type') ?? 'code',
      retry: given.getStr('retry') ?? null,
    }),
  });
  const answer = await hostCall(fb, site, own, 'task.start', call, startRefusals(own));
  if (!(answer instanceof HotMap)) return answer;
  return taskInfo(fb, answer.getStr('taskId') ?? null, args);
}

// ---- waiting ----------------------------------------------------------------------------------------------------------

const TERMINAL: readonly Value[] = ['completed', 'failed', 'timed_out', 'cancelled'];

/** Milliseconds the run may still wait; null when its own end is too near. */
function patience(fb: Fiber, timeoutMs: Value): number | null {
  const deadline = fb.r.info?.getStr('deadline') ?? null;
  const own = isInt(deadline) ? Number(deadline) - fb.r.host.epochMs() - OWN_TIME : MAX_WAIT;
  if (own <= 0) return null;
  const task = isInt(timeoutMs) ? Math.max(Number(timeoutMs), MIN_TIMEOUT) + END_TIME : MAX_WAIT;
  return Math.min(own, task, MAX_WAIT);
}

function resultOf(taskId: string, task: HotMap): Value {
  const inner = task.getStr('result') ?? null;
  const container = task.getStr('type') === 'container' && inner instanceof HotMap;
  const out = new Map<string, Value>([
    ['id', taskId],
    ['status', task.getStr('status') ?? null],
  ]);
  const duration = task.getStr('durationMs');
  if (duration !== undefined) out.set('duration-ms', duration);
  if (container) for (let i = 0; i < inner.size; i++) out.set(String(inner.keyAt(i)), inner.valueAt(i));
  out.set('result', container ? null : inner);
  return new Tagged(RESULT_TYPE, HotMap.of([...out]));
}

async function awaitTask(fb: Fiber, site: number, taskId: Value): Promise<Value> {
  const fn = '::hot::task/await';
  if (typeof taskId !== 'string' || !isUuidText(taskId)) return err(`${fn}: invalid task-id UUID`);
  const refusals: Refusals = {
    ...notFound(fn, taskId),
    timeout: () => err(`${fn}: reading the task timed out after 5s`),
  };
  const get = (): Promise<Value> => hostCall(fb, site, fn, 'task.get', record({ taskId }), refusals);
  let task = await get();
  if (task instanceof HotMap && TERMINAL.includes(task.getStr('status') ?? null))
    return resultOf(taskId, task);
  if (!(task instanceof HotMap)) return isErr(task) ? task : err(`${fn}: task not found: ${taskId}`);
  const left = patience(fb, task.getStr('timeoutMs') ?? null);
  if (left === null) return err(`${fn}: parent execution deadline is too close to wait for task`);
  const end = fb.r.host.nowUs() / 1000 + left;
  let waits = true;
  for (let pause = 100; ; pause = Math.min(pause * 2, 5000)) {
    const rest = end - fb.r.host.nowUs() / 1000;
    if (rest <= 0) return err(`${fn}: timeout waiting for task to complete`);
    if (waits) {
      const maxMs = Math.ceil(Math.min(rest, WAIT_SLICE));
      const answer = await hostCall(fb, site, fn, 'task.wait', record({ taskId, maxMs }), {
        ...refusals,
        unavailable: () => 'unavailable',
      });
      if (answer instanceof HotMap) return resultOf(taskId, answer);
      if (isErr(answer)) return answer;
      waits = answer !== 'unavailable';
      continue;
    }
    const slept = await hostCall(
      fb,
      site,
      fn,
      'time.sleep',
      record({ ms: Math.ceil(Math.min(pause, rest)) }),
    );
    if (isErr(slept)) return slept;
    task = await get();
    if (!(task instanceof HotMap)) return task;
    if (TERMINAL.includes(task.getStr('status') ?? null)) return resultOf(taskId, task);
  }
}

// ---- the table --------------------------------------------------------------------------------------------------------

type Body = (fb: Fiber, site: number, fn: string, args: readonly (Value | undefined)[]) => Promise<Value>;

const T = (name: string, sig: string | readonly string[], doc: string, body: Body): NativeDef =>
  native(`::hot::task/${name}`, {
    sig,
    doc,
    a: (fb, _d, site, ...args) => body(fb, site, `::hot::task/${name}`, args),
  });

/** Whoever is asked for the task, the program is told the same. */
const notFound = (fn: string, taskId: string): Refusals => ({
  not_found: () => err(`${fn}: task not found: ${taskId}`),
});

const inTask = (fn: string, what: string): Refusals => ({
  unavailable: () => err(`${fn}: not running inside a task`),
  timeout: () => err(`${fn}: ${what} timed out after 5s`),
});

function withId(fn: string, id: Value | undefined, then: (taskId: string) => Promise<Value>): Promise<Value> {
  return typeof id === 'string' && isUuidText(id)
    ? then(id)
    : Promise.resolve(err(`${fn}: invalid task-id UUID`));
}

/** What a task was sent or has kept; secrets in it are secrets of this run from now on. */
async function kept(fb: Fiber, answered: Promise<Value>): Promise<Value> {
  const answer = await answered;
  if (!(answer instanceof HotMap)) return answer;
  const secrets = answer.getStr('secrets');
  if (Array.isArray(secrets)) for (const secret of secrets) remember(fb, secret);
  return answer.getStr('value') ?? null;
}

export const TASK: readonly NativeDef[] = [
  T(
    'start',
    [
      '(task-fn: Fn): TaskInfo',
      '(task-fn: Fn, args: Any): TaskInfo',
      '(task-fn: Fn, args: Any, options: TaskOptions): TaskInfo',
    ],
    'Queues a task that runs a named function.',
    (fb, site, _fn, [f = null, args = null, options]) => start(fb, site, f, args, options),
  ),
  T('await', '(task-id: Str): TaskResult', 'Waits for the end of a task.', (fb, site, _fn, [id = null]) =>
    awaitTask(fb, site, id),
  ),
  T(
    'cancel',
    '(task-id: Str): Bool',
    'Cancels a task; whether it was queued or running.',
    (fb, site, fn, [id]) =>
      withId(fn, id, (taskId) =>
        hostCall(fb, site, fn, 'task.cancel', record({ taskId }), notFound(fn, taskId)),
      ),
  ),
  T(
    'send',
    '(task-id: Str, data: Any): Bool',
    'Sends a message to a task.',
    (fb, site, fn, [id, data = null]) =>
      withId(fn, id, async (taskId) => {
        const answer = await hostCall(fb, site, fn, 'task.send', record({ taskId, data }), {
          ...notFound(fn, taskId),
          timeout: () => err(`${fn}: publishing timed out after 5s`),
        });
        return isErr(answer) ? answer : true;
      }),
  ),
  T('receive', '(): Any', 'Inside a task: the next message; null when there will be none.', (fb, site, fn) =>
    kept(fb, hostCall(fb, site, fn, 'task.receive', HotMap.empty, inTask(fn, 'receiving'))),
  ),
  T(
    'checkpoint',
    '(data: Any): Bool',
    'Inside a task: keeps data for restore.',
    async (fb, site, fn, [data = null]) => {
      const answer = await hostCall(fb, site, fn, 'task.checkpoint', record({ data }), inTask(fn, 'writing'));
      return isErr(answer) ? answer : true;
    },
  ),
  T('restore', ['(): Any', '(task-id: Str): Any'], 'The last checkpoint, or null.', (fb, site, fn, [id]) => {
    const refusals: Refusals = { ...inTask(fn, 'reading'), not_found: () => null };
    const ask = (of: HotMap): Promise<Value> =>
      kept(fb, hostCall(fb, site, fn, 'task.restore', of, refusals));
    return id === undefined ? ask(HotMap.empty) : withId(fn, id, (taskId) => ask(record({ taskId })));
  }),
];
