/** The functions that look at Results and contain halts; conditions; `contain`. */
import { callAsync, functionOf } from '../runtime/call';
import { truthy } from '../runtime/consume';
import { haltPayload, type Halt } from '../runtime/halt';
import { HotMap } from '../runtime/hot-map';
import { err, ok, Res, Thunk, type Value } from '../runtime/values';
import {
  CallNext,
  callNow,
  containing,
  forcing,
  handled,
  outcome,
  outcomeAsync,
  type Outcome,
} from './contain';
import { native, type NativeDef, type NativeOptions } from '../runtime/native-def';
import { isType, messageOf } from './type';

const first = [{ index: 0, byName: false }];
const core = (name: string, options: NativeOptions): NativeDef =>
  native(name, { core: true, pure: true, traced: false, poly: first, ...options });

const isErr = (o: Outcome): boolean => o.halt !== null || (o.value instanceof Res && !o.value.ok);
/** What the halt would be as an Err. */
const haltErr = (h: Halt): Res => err(haltPayload(h));

const stopsOnPurpose = ({ kind }: Halt): boolean => kind === 'fail' || kind === 'cancel';

export const RESULTS: readonly NativeDef[] = [
  core('::hot::type/is-ok', {
    sig: '(lazy result: Any): Bool',
    doc: 'Whether the value is no Err. A halt while it is evaluated counts as one and is contained.',
    plain: true,
    ...containing((_fb, _d, _s, o) => !isErr(o)),
  }),
  core('::hot::type/is-err', {
    sig: '(lazy result: Any): Bool',
    doc: 'Whether the value is an Err, or halts.',
    plain: true,
    ...containing((_fb, _d, _s, o) => isErr(o)),
  }),
  core('::hot::type/is-result', {
    sig: '(lazy value: Any): Bool',
    doc: 'Whether the value is a Result.',
    plain: true,
    ...containing((_fb, _d, _s, o) => o.halt === null && o.value instanceof Res),
  }),
  core('::hot::type/if-ok', {
    sig: '(lazy result, handler)',
    doc: 'Applies the handler to a good value; an Err passes unchanged.',
    poly: [...first, { index: 1, byName: false }],
    ...containing((fb, _d, _s, o, [handler]) => {
      if (o.halt !== null) return haltErr(o.halt);
      if (o.value instanceof Res) return o.value.ok ? handled(fb, handler, o.value.val) : o.value;
      return handled(fb, handler, o.value);
    }),
  }),
  core('::hot::type/if-err', {
    sig: '(lazy result, handler)',
    doc: 'Applies the handler to the payload of an Err; a good value passes unchanged.',
    poly: [...first, { index: 1, byName: false }],
    ...containing((fb, _d, _s, o, [handler]) => {
      if (o.halt !== null) return handled(fb, handler, haltPayload(o.halt));
      return o.value instanceof Res && !o.value.ok ? handled(fb, handler, o.value.val) : o.value;
    }),
  }),
  core('::hot::type/ok-value', {
    sig: '(lazy result: Any): Any',
    doc: 'The payload of an Ok or a plain value; null for an Err.',
    ...containing((_fb, _d, _s, o) => (isErr(o) ? null : o.value instanceof Res ? o.value.val : o.value)),
  }),
  core('::hot::type/err-value', {
    sig: '(lazy result: Any): Any',
    doc: 'The payload of an Err; null otherwise.',
    ...containing((_fb, _d, _s, o) => {
      // What stops on purpose was never an Err; what was consumed too early was.
      if (o.halt !== null) return stopsOnPurpose(o.halt) ? null : haltPayload(o.halt);
      return o.value instanceof Res && !o.value.ok ? o.value.val : null;
    }),
  }),
  core('::hot::type/err-message', {
    sig: '(lazy result: Any): Str',
    doc: 'The text of an error.',
    ...containing((fb, d, site, o) => {
      if (o.halt !== null) return messageOf(fb, d, site, haltPayload(o.halt));
      return messageOf(fb, d, site, o.value instanceof Res ? o.value.val : o.value);
    }),
  }),
  core('::hot::type/is-type', {
    sig: '(lazy val, type-ref): Bool',
    doc: 'Whether the value has the type, or is a variant of the enum.',
    ...containing((_fb, _d, _s, o, [ref]) =>
      o.halt !== null
        ? err(`Failed to evaluate lazy value: ${o.halt.message}`)
        : isType(o.value, ref ?? null),
    ),
  }),
  core('::hot::bool/is-truthy', {
    sig: '(lazy value: Any): Bool',
    doc: 'False for false, null and any Err.',
    plain: true,
    ...forcing(1, (_fb, _d, _s, [v]) => truthy(v ?? null)),
  }),
  core('::hot::bool/not', {
    sig: '(lazy x: Any): Bool',
    doc: 'Negated truth.',
    plain: true,
    ...forcing(1, (_fb, _d, _s, [v]) => !truthy(v ?? null)),
  }),
  core('::hot::bool/if', {
    sig: ['(pred: Any, lazy then: Any): Any', '(pred: Any, lazy then: Any, lazy else: Any): Any'],
    doc: 'The one branch or the other; only the chosen one is evaluated.',
    special: 'if',
    poly: [
      { index: 1, byName: false },
      { index: 2, byName: false },
    ],
    s: (_fb, _d, _s, pred, then, otherwise) => {
      const chosen = truthy(pred ?? null) ? then : otherwise;
      if (chosen === undefined) return null;
      return chosen instanceof Thunk && chosen.s !== null ? chosen.s() : chosen;
    },
    a: async (fb, _d, _s, pred, then, otherwise) => {
      const chosen = truthy(pred ?? null) ? then : otherwise;
      if (chosen === undefined) return null;
      if (!(chosen instanceof Thunk)) return chosen;
      return chosen.s !== null ? chosen.s() : fb.r.resume(await (chosen.a as () => Promise<Value>)());
    },
  }),
  core('::hot::bool/and', {
    sig: '(lazy x: Any, ...rest): Any',
    doc: 'The first falsy value, else the last.',
    special: 'and',
    raw: -1,
    ...forcing(1, (_fb, _d, _s, args) => {
      const at = args.findIndex((v) => !truthy(v));
      return args[at === -1 ? args.length - 1 : at] ?? null;
    }),
  }),
  core('::hot::bool/or', {
    sig: '(lazy x: Any, ...rest): Any',
    doc: 'The first truthy value, else the last.',
    special: 'or',
    raw: -1,
    ...forcing(1, (_fb, _d, _s, args) => args.find((v) => truthy(v)) ?? args[args.length - 1] ?? null),
  }),
  contain(),
];

/** Err payload of a halt that `contain` caught. */
function containedErr(h: Halt): Value {
  if (h.kind === 'fail' || h.kind === 'cancel' || h.kind === 'err') return err(h.payload);
  return err(
    HotMap.of([
      ['msg', h.message],
      ['err', HotMap.of([['error', h.message]])],
    ]),
  );
}

function contain(): NativeDef {
  const finish = (o: Outcome): Value => {
    if (o.halt !== null) return containedErr(o.halt);
    return o.value instanceof Res ? o.value : ok(o.value);
  };
  const target = (fb: Parameters<typeof functionOf>[0], v: Value, args: Value): CallNext | Res => {
    const f = functionOf(fb, v, true);
    if (f === null)
      return err(`contain expects a function${typeof v === 'string' ? `, '${v}' is none` : ''}`);
    return new CallNext(f, Array.isArray(args) ? args : []);
  };
  return native('::hot::internal::exec/contain', {
    sig: ['(f: Any)', '(f: Any, args: Vec)'],
    doc: 'Calls a function and turns a halt into an Err.',
    poly: [{ index: 0, byName: true }],
    s: (fb, d, site, f, args) => {
      const next = target(fb.r.program, f ?? null, args ?? null);
      return next instanceof Res ? next : finish(outcome(fb, () => callNow(fb, d, site, next)));
    },
    a: async (fb, d, site, f, args) => {
      const next = target(fb.r.program, f ?? null, args ?? null);
      if (next instanceof Res) return next;
      return finish(await outcomeAsync(fb, () => callAsync(next.f, fb, d - 1, site, [...next.args])));
    },
  });
}
