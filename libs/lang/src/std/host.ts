/** Natives that need the world: context, events, streams, information about the run, waiting. */
import { HotMap } from '../runtime/hot-map';
import { isInt } from '../runtime/arith';
import { writeJson } from '../runtime/json-write';
import { shortTypeOf } from '../runtime/types';
import { err, Tagged, TypeInfo, type Fiber, type Value } from '../runtime/values';
import { hostCall } from './hosted/call';
import { payloadOf } from './limits';
import { native, type NativeDef } from '../runtime/native-def';
import { instantOfMs } from './time/values';
import { UUID_TYPE, uuid7 } from './uuid';

export { hostCall };

// ---- context ----------------------------------------------------------------------------------------------------------

/** From now on records of the run show `<secret>` in place of its leaves. */
export function remember(fb: Fiber, v: Value): void {
  if (fb.r.masker.add(v)) fb.r.host.post('secret', writeJson(v, true));
}

function ctxGet(fb: Fiber, key: Value, otherwise: Value): Value {
  if (typeof key !== 'string') return err('::hot::ctx/get key must be a string');
  const v = fb.r.ctx.get(key) ?? null;
  if (v !== null && fb.r.secretKeys.has(key)) remember(fb, v);
  return v ?? otherwise;
}

function ctxSet(fb: Fiber, args: readonly Value[], secret: boolean): Value {
  const [first = null, value] = args;
  const name = secret ? 'set-secret' : 'set';
  const put = (key: string, v: Value): void => {
    fb.r.ctx.set(key, v);
    if (secret) {
      fb.r.secretKeys.add(key);
      remember(fb, v);
    }
  };
  if (value !== undefined) {
    if (typeof first !== 'string') return err(`::hot::ctx/${name} key must be a string`);
    put(first, value);
    return value;
  }
  if (!(first instanceof HotMap)) return err(`::hot::ctx/${name} with 1 argument requires a Map`);
  for (let i = 0; i < first.size; i++) {
    const key = first.keyAt(i);
    if (typeof key !== 'string')
      return err(`::hot::ctx/${name} map keys must be strings, got: ${shortTypeOf(key)}`);
  }
  for (let i = 0; i < first.size; i++) put(String(first.keyAt(i)), first.valueAt(i));
  return first;
}

// ---- events -----------------------------------------------------------------------------------------------------------

const EVENT_INFO = new TypeInfo('::hot::event/EventInfo');
const EVENT_DETAIL = new TypeInfo('::hot::event/EventDetail');
const STREAM_TYPE = new TypeInfo('::hot::stream/Stream');
const ENV_TYPE = new TypeInfo('::hot::info/Env');

function infoPart(fb: Fiber, key: string): Value {
  return fb.r.info?.getStr(key) ?? null;
}

function send(fb: Fiber, event: Value, data: Value | undefined): Value {
  let type = event;
  let body: Value = data ?? HotMap.empty;
  const map = payloadOf(event);
  if (data === undefined && map instanceof HotMap) {
    type = map.getStr('type') ?? null;
    body = map.getStr('data') ?? HotMap.empty;
  }
  if (typeof type !== 'string')
    return err(`::hot::event/send: event-type must be string, got: ${shortTypeOf(type)}`);
  if (infoPart(fb, 'stream') === null) return err('::hot::event/send: no event publisher configured in VM');
  const id = uuid7(fb);
  const ms = fb.r.host.epochMs();
  // Data that is executed later travels unmasked: a handler must get what was sent.
  const time = new Date(ms).toISOString();
  fb.r.host.post(
    'event',
    `{"id":"${id}","type":${JSON.stringify(type)},"data":${writeJson(body, true)},"time":"${time}"}`,
  );
  const detail = HotMap.of([
    ['id', new Tagged(UUID_TYPE, id)],
    ['type', type],
    ['time', instantOfMs(ms)],
  ]);
  return new Tagged(
    EVENT_INFO,
    HotMap.of([
      ['event', new Tagged(EVENT_DETAIL, detail)],
      ['stream', new Tagged(STREAM_TYPE, infoPart(fb, 'stream'))],
      ['env', new Tagged(ENV_TYPE, infoPart(fb, 'env'))],
      // The schedule that the event asks for will have the event's id.
      ...(type === 'hot:schedule:new' ? [['schedule', HotMap.of([['id', id]])] as const] : []),
    ]),
  );
}

// ---- run --------------------------------------------------------------------------------------------------------------

const RUN_INFO = new TypeInfo('::hot::run/RunInfo');
type Part = readonly [string, TypeInfo, readonly string[]];
const RUN_PART: Part = [
  'run',
  new TypeInfo('::hot::run/Run'),
  ['id', 'type', 'status', 'start-time', 'retry-attempt', 'max-retries', 'retry-delay', 'origin-run-id'],
];
const PARTS: readonly Part[] = [
  RUN_PART,
  ['stream', STREAM_TYPE, ['id']],
  ['build', new TypeInfo('::hot::info/Build'), ['id', 'hash']],
  ['project', new TypeInfo('::hot::info/Project'), ['id', 'name']],
  ['env', ENV_TYPE, ['id', 'name']],
  ['user', new TypeInfo('::hot::info/User'), ['id']],
  ['org', new TypeInfo('::hot::info/Org'), ['id', 'slug']],
];
const OUTSIDE: Readonly<Record<string, Value>> = {
  type: 'cli',
  status: 'running',
  'retry-attempt': 0,
  'max-retries': 0,
  'retry-delay': 0,
};

function info(fb: Fiber): Value {
  return new Tagged(RUN_INFO, HotMap.of(PARTS.map((part) => [part[0], typedPart(fb, part)] as const)));
}

/** The run as a value of programs. */
export const ownRun = (fb: Fiber): Value => typedPart(fb, RUN_PART);

function typedPart(fb: Fiber, [name, type, keys]: Part): Value {
  const given = infoPart(fb, name);
  const map = given instanceof HotMap ? given : HotMap.empty;
  const entries = keys.map((key) => {
    const v = map.getStr(key) ?? (name === 'run' ? (OUTSIDE[key] ?? null) : null);
    return [key, key === 'start-time' ? asInstant(v) : v] as const;
  });
  let full = HotMap.of(entries);
  for (let i = 0; i < map.size; i++)
    if (!full.has(map.keyAt(i))) full = full.set(map.keyAt(i), map.valueAt(i));
  return new Tagged(type, full);
}

/** The embedder gives times as texts. */
function asInstant(v: Value): Value {
  const ms = typeof v === 'string' ? Date.parse(v) : Number.NaN;
  return Number.isNaN(ms) ? v : instantOfMs(ms);
}

function inner(fb: Fiber, part: string, key: string): Value {
  const map = payloadOf(infoPart(fb, part));
  return map instanceof HotMap ? (map.getStr(key) ?? null) : null;
}

const INLINE: readonly Value[] = ['run', 'eval', 'repl', 'test'];

const MAX_SLEEP_MS = 24 * 3600 * 1000;

export const HOST: readonly NativeDef[] = [
  native('::hot::ctx/get', {
    sig: ['(key: Str | Var): Any', '(key: Str | Var, default-value: Any): Any'],
    doc: 'A context variable of the run.',
    s: (fb, _d, _s, key = null, otherwise = null) => ctxGet(fb, key, otherwise),
  }),
  native('::hot::ctx/set', {
    sig: ['(ctx-map: Map): Map', '(key: Str | Var, value: Any): Any'],
    doc: 'Sets context variables for the rest of the run.',
    s: (fb, _d, _s, ...args) => ctxSet(fb, args, false),
  }),
  native('::hot::ctx/set-secret', {
    sig: ['(ctx-map: Map): Map', '(key: Str | Var, value: Any): Any'],
    doc: 'Like set, and the values are masked wherever they are shown.',
    traced: false,
    s: (fb, _d, _s, ...args) => ctxSet(fb, args, true),
  }),
  native('::hot::env/get', {
    sig: '(name: Str, default-value: Str): Str',
    doc: 'A variable of the environment; hosted programs see none and get the default.',
    s: (fb, _d, _s, name, otherwise) => {
      if (typeof name !== 'string' || typeof otherwise !== 'string') {
        return err('Both name and default value must be strings');
      }
      const env = fb.r.info?.getStr('environment');
      const v = env instanceof HotMap ? env.getStr(name) : undefined;
      return typeof v === 'string' ? v : otherwise;
    },
  }),
  native('::hot::env/get-all', {
    sig: '(): Map<Str, Str>',
    doc: 'All variables of the environment; hosted programs see none.',
    s: (fb) => {
      const env = fb.r.info?.getStr('environment');
      return env instanceof HotMap ? env : HotMap.empty;
    },
  }),
  native('::hot::event/send', {
    core: true,
    sig: [
      '(event: Event): EventInfo',
      '(event-type: Str): EventInfo',
      '(event-type: Str, event-data: Any): EventInfo',
    ],
    doc: 'Publishes an event on the stream of the run.',
    s: (fb, _d, _s, event = null, data) => send(fb, event, data),
  }),
  native('::hot::stream/data', {
    core: true,
    sig: '(data-type: Str, payload: Any): Null',
    doc: "Publishes data to live subscribers of the run's stream.",
    s: (fb, _d, _s, type, payload = null) => {
      if (typeof type !== 'string') return err('::hot::stream/data: data_type must be a string');
      if (infoPart(fb, 'stream') === null) {
        return err('::hot::stream/data: no execution context available (not running in a run)');
      }
      const shown = writeJson(fb.r.masker.value(payload), true);
      fb.r.host.post('stream', `{"dataType":${JSON.stringify(type)},"payload":${shown}}`);
      return null;
    },
  }),
  native('::hot::run/info', {
    core: true,
    sig: '(): RunInfo',
    doc: 'What is known of the run.',
    s: (fb) => info(fb),
  }),
  native('::hot::run/is-inline-run', {
    core: true,
    sig: '(): Bool',
    doc: 'Whether the program was started by hand or by a test.',
    s: (fb) => INLINE.includes(inner(fb, 'run', 'type')),
  }),
  native('::hot::run/is-local-dev', {
    core: true,
    sig: '(): Bool',
    doc: 'Whether this is the local development environment.',
    s: (fb) => inner(fb, 'org', 'slug') === 'local' && inner(fb, 'env', 'name') === 'development',
  }),
  native('::hot::time/sleep', {
    sig: '(milliseconds: Int): Null',
    doc: 'Waits.',
    a: async (fb, _d, site, ms = null) => {
      const v = payloadOf(ms);
      if (!isInt(v) || v < 0) return err('::hot::time/sleep expects a number of milliseconds');
      const wait = Math.min(Number(v), MAX_SLEEP_MS);
      return hostCall(fb, site, '::hot::time/sleep', 'time.sleep', HotMap.of([['ms', wait]]));
    },
  }),
];
