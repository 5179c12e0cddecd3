/** `::hot::schedule`: schedules that a program makes itself, and the handlers of the events that ask for them. */
import { functionOf } from '../runtime/call';
import { HotMap } from '../runtime/hot-map';
import { shortTypeOf } from '../runtime/types';
import { parseSchedule } from '../schedule';
import { err, Res, Tagged, type Fiber, type Value } from '../runtime/values';
import { hostCall } from './host';
import { payloadOf } from './limits';
import { native, type NativeDef } from '../runtime/native-def';
import { isUuidText } from './uuid';

const FUNCTION = /^(::[\w:-]+)\/([\w.-]+)$/;

interface Target {
  readonly ns: string;
  readonly name: string;
}

function targetOf(fb: Fiber, fn: Value): Target | Res {
  const full = typeof fn === 'string' ? fn : (functionOf(fb.r.program, fn, false)?.name ?? null);
  const [, ns, name] = FUNCTION.exec(full ?? '') ?? [];
  if (ns === undefined || name === undefined) {
    return err(`Invalid function name format '${full ?? shortTypeOf(fn)}', expected ::namespace/function`);
  }
  return { ns, name };
}

async function create(fb: Fiber, site: number, fn: Value, args: Value, schedule: Value): Promise<Value> {
  const target = targetOf(fb, fn);
  if (target instanceof Res) return target;
  if (args !== null && !Array.isArray(args)) return err(`Expected Vec for args, got: ${shortTypeOf(args)}`);
  const text = typeof schedule === 'string' ? schedule : shortTypeOf(schedule);
  const parsed =
    typeof schedule === 'string'
      ? parseSchedule(schedule, fb.r.host.epochMs())
      : { problem: 'the expression must be a Str' };
  if ('problem' in parsed) return err(`Invalid schedule expression '${text}': ${parsed.problem}`);
  const expression =
    parsed.kind === 'at'
      ? HotMap.of([['at', new Date(parsed.ms).toISOString()]])
      : HotMap.of([
          ['cron', parsed.cron],
          // For what the host knows beyond it, such as the time zone that words may end with.
          ['text', text],
        ]);
  const answer = await hostCall(
    fb,
    site,
    '::hot::schedule/create',
    'schedule.create',
    HotMap.of([
      ['ns', target.ns],
      ['name', target.name],
      ['args', args ?? []],
      ['expression', expression],
    ]),
  );
  return answer instanceof HotMap ? (answer.getStr('scheduleId') ?? null) : answer;
}

/** The id as text: a Str, a Uuid, or a Map or event result that carries one. */
function idText(v: Value): Value {
  const id = payloadOf(v);
  return id instanceof HotMap ? payloadOf(id.getStr('schedule-id') ?? null) : id;
}

async function cancel(fb: Fiber, site: number, data: Value): Promise<Value> {
  const map = payloadOf(data);
  const id = map instanceof HotMap ? map.getStr('schedule-id') : undefined;
  const fn = map instanceof HotMap ? map.getStr('fn') : undefined;
  let which: HotMap;
  if (id !== undefined) {
    const text = idText(id);
    if (typeof text !== 'string' || !isUuidText(text)) {
      const shown = typeof text === 'string' ? text : shortTypeOf(text);
      return err(`Invalid schedule-id '${shown}': not the id of a schedule`);
    }
    which = HotMap.of([['scheduleId', text]]);
  } else if (fn !== undefined) {
    const target = targetOf(fb, fn);
    if (target instanceof Res) return target;
    which = HotMap.of([
      ['ns', target.ns],
      ['name', target.name],
    ]);
  } else {
    return err("cancel expects data with either 'schedule-id' or 'fn' key");
  }
  const answer = await hostCall(fb, site, '::hot::schedule/cancel', 'schedule.cancel', which);
  if (!(answer instanceof HotMap)) return answer instanceof Tagged ? answer : false;
  const n = answer.getStr('cancelled');
  return typeof n === 'number' && n > 0;
}

function dataOf(event: Value): HotMap {
  const map = payloadOf(event);
  const data = map instanceof HotMap ? payloadOf(map.getStr('data') ?? null) : null;
  return data instanceof HotMap ? data : HotMap.empty;
}

export const SCHEDULE: readonly NativeDef[] = [
  native('::hot::schedule/create', {
    sig: '(fn: Any, args: Any, schedule: Str): Str',
    doc: 'Calls a function at a time or again and again; gives the id of the schedule.',
    a: (fb, _d, site, fn = null, args = null, schedule = null) => create(fb, site, fn, args, schedule),
  }),
  native('::hot::schedule/cancel', {
    sig: '(data: Map): Bool',
    doc: 'Ends a schedule by its id, or all of a function; whether there was one.',
    a: (fb, _d, site, data = null) => cancel(fb, site, data),
  }),
  native('::hot::lang/schedule-new-event-handler', {
    sig: '(event: Map): Str',
    doc: 'Makes the schedule that a hot:schedule:new event asks for.',
    a: (fb, _d, site, event = null) => {
      const data = dataOf(event);
      const get = (key: string): Value => data.getStr(key) ?? null;
      return create(fb, site, get('fn'), get('args'), get('schedule'));
    },
  }),
  native('::hot::lang/schedule-cancel-event-handler', {
    sig: '(event: Map): Bool',
    doc: 'Ends the schedule that a hot:schedule:cancel event names.',
    a: (fb, _d, site, event = null) => cancel(fb, site, dataOf(event)),
  }),
];
