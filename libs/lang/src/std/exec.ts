/** `::hot::exec`: stopping on purpose. */
import { consumeAt } from '../runtime/consume';
import { Halt, haltTypes } from '../runtime/halt';
import { HotMap } from '../runtime/hot-map';
import { err, Res, Tagged, type Fiber, type Value } from '../runtime/values';
import { payloadOf } from './limits';
import { forcing } from './contain';
import { native, type NativeDef } from '../runtime/native-def';

function failure(fb: Fiber, site: number, msg: string, error: Value): Halt {
  const value = new Tagged(
    haltTypes(fb.r.info).failure,
    HotMap.of([
      ['msg', msg],
      ['err', error],
    ]),
  );
  return new Halt('fail', msg, value, site);
}

/** An Err given as the reason contributes its payload. */
const reason = (v: Value): Value => (v instanceof Res ? v.val : v);

function messageIn(v: Value): string {
  if (typeof v === 'string') return v;
  const map = payloadOf(v);
  if (map instanceof HotMap) {
    for (const key of ['message', 'msg']) {
      const text = map.getStr(key);
      if (typeof text === 'string') return text;
    }
  }
  return 'Execution failed';
}

/** On the command line a program has a process of its own to end; only there an environment comes with the run. */
function startedByHand(fb: Fiber): boolean {
  const run = fb.r.info?.getStr('run');
  const type = run instanceof HotMap ? run.getStr('type') : null;
  return fb.r.info?.getStr('environment') instanceof HotMap && (type === 'run' || type === 'eval');
}

export const EXEC: readonly NativeDef[] = [
  native('::hot::exec/fail', {
    core: true,
    sig: ['(lazy err: Any): Failure', '(msg: Str, lazy err: Any): Failure'],
    doc: 'Ends the run as failed.',
    poly: [
      { index: 0, byName: false },
      { index: 1, byName: false },
    ],
    ...forcing(2, (fb, _d, site, [first = null, second]) => {
      if (second === undefined) throw failure(fb, site, messageIn(reason(first)), reason(first));
      // The message is an ordinary argument here; only the overload with one parameter is lazy in it.
      const msg = consumeAt(site, first);
      if (typeof msg !== 'string') return err('fail: first argument must be a string message');
      throw failure(fb, site, msg, reason(second));
    }),
  }),
  native('::hot::exec/cancel', {
    core: true,
    sig: ['(msg: Str): Cancellation', '(msg: Str, lazy data: Any): Cancellation'],
    doc: 'Ends the run as cancelled.',
    poly: [{ index: 1, byName: false }],
    ...forcing(2, (fb, _d, site, [msg = null, data = null]) => {
      const text = typeof msg === 'string' ? msg : 'Cancelled';
      const value = new Tagged(
        haltTypes(fb.r.info).cancellation,
        HotMap.of([
          ['msg', text],
          ['data', reason(data)],
        ]),
      );
      throw new Halt('cancel', text, value, site);
    }),
  }),
  native('::hot::exec/exit', {
    core: true,
    sig: '(code: Int)',
    doc: 'Ends the program with a code; 0 is a normal end.',
    s: (fb, _d, site, code) => {
      if (typeof code !== 'number' && typeof code !== 'bigint') return err('Exit code must be an integer');
      if (startedByHand(fb)) {
        fb.r.host.post('exit', JSON.stringify({ code: Number(code) }));
        throw new Halt('stop', `Process exited with code ${code}`, null, site, 'cancelled');
      }
      if (code === 0) return null;
      throw failure(fb, site, `Process exited with code ${code}`, HotMap.of([['exit_code', code]]));
    },
  }),
];
