/** How a function of the library is declared: its contract as data beside its body. */
import type { BuiltinTarget, NativeFacts, PolyParam } from '../syntax/native-facts';
import type { NativeOverload, NativeParam, NativeSignature } from '../syntax/native-signature';
import type { AsyncEntry, Entry } from './values';

export interface NativeDef extends NativeFacts {
  readonly s: Entry | null;
  readonly a: AsyncEntry | null;
}

export interface NativeOptions {
  /** One signature per overload: `(coll: Vec, func: Fn): Vec`. Lazy parameters are marked, `...rest` is variadic. */
  readonly sig: string | readonly string[];
  readonly doc: string;
  readonly core?: boolean;
  readonly pure?: boolean;
  readonly special?: NativeSignature['special'];
  readonly s?: Entry;
  readonly a?: AsyncEntry;
  readonly poly?: readonly PolyParam[];
  readonly raw?: number;
  readonly traced?: boolean;
  readonly plain?: boolean;
  readonly opensStream?: boolean;
  /** Its body may be begun anew until arrows have answered: no effects ahead of a conversion. */
  readonly converts?: BuiltinTarget;
}

export function native(name: string, options: NativeOptions): NativeDef {
  const texts = typeof options.sig === 'string' ? [options.sig] : options.sig;
  const overloads = texts.map(parseOverload);
  let lazy = 0;
  for (const { params } of overloads) {
    params.forEach((p, i) => {
      if (p.lazy && !p.variadic) lazy |= 1 << i;
    });
  }
  return {
    signature: {
      name,
      overloads,
      core: options.core ?? false,
      doc: options.doc,
      pure: options.pure ?? false,
      special: options.special ?? null,
    },
    s: options.s ?? null,
    a: options.a ?? (options.converts && options.s ? waitingForArrows(options.s) : null),
    poly: options.poly ?? [],
    raw: options.raw ?? 0,
    lazy,
    traced: options.traced ?? true,
    plain: options.plain ?? false,
    iterates: false,
    converts: options.converts ?? null,
    opensStream: options.opensStream ?? false,
  };
}

const waitingForArrows =
  (s: Entry): AsyncEntry =>
  (fb, d, site, ...args) =>
    fb.r.program.construct.waiting(s, fb, d, site, ...args);

function parseOverload(text: string): NativeOverload {
  const close = text.lastIndexOf(')');
  const inside = text.slice(1, close);
  const rest = text.slice(close + 1).trim();
  return {
    params: splitTop(inside).map(parseParam),
    returns: rest.startsWith(':') ? rest.slice(1).trim() : '',
  };
}

function parseParam(text: string): NativeParam {
  const [, lazy, dots, name = '', type = ''] =
    /^(lazy )?\s*(\.\.\.)?([\w-]+)(?:\s*:\s*(.+))?$/.exec(text) ?? [];
  return {
    name,
    type,
    lazy: lazy !== undefined,
    variadic: dots !== undefined,
    isFn: /\bFn\b/.test(type),
  };
}

/** Commas inside `<…>` separate type arguments. */
function splitTop(text: string): readonly string[] {
  const out: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === '<') depth++;
    else if (c === '>') depth--;
    else if ((c === ',' && depth === 0) || c === undefined) {
      const part = text.slice(from, i).trim();
      if (part !== '') out.push(part);
      from = i + 1;
    }
  }
  return out;
}
