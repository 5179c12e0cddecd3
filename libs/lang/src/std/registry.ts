/** Declaring natives: one line of signature, one function. */
import type { NativeCode } from '../runtime/rt';
import { Fn, type Value } from '../runtime/values';
import type { NativeOverload, NativeParam, NativeSignature } from '../syntax/native-signature';

export interface Native {
  readonly signature: NativeSignature;
  readonly code: NativeCode;
  readonly isResultAware: boolean;
}

export interface NativeFlags {
  /** Needs a run or has an effect: values made with it are not shared between runs. */
  readonly impure?: true;
  /** Sees Results as they are, also when it is a callback. */
  readonly aware?: true;
  readonly special?: NativeSignature['special'];
}

/**
 * `* ::ns/name(a, lazy b, ...rest: Fn): Returns | (other overload)`; the star makes it visible everywhere.
 */
export function native(line: string, code: NativeCode, flags: NativeFlags = {}): Native {
  const [, star, name = '', rest = ''] = /^(\* )?(::[^(]+)(.*)$/.exec(line) ?? [];
  return {
    signature: {
      name,
      overloads: parseOverloads(rest),
      core: star !== undefined,
      pure: flags.impure !== true,
      doc: '',
      special: flags.special ?? null,
    },
    code,
    isResultAware: flags.aware === true,
  };
}

function parseOverloads(text: string): readonly NativeOverload[] {
  return [...text.matchAll(/\(([^)]*)\)(?:: ([A-Z][\w<>|, ]*))?/g)].map(([, params = '', returns = '']) => ({
    params: params === '' ? [] : params.split(', ').map(parseParam),
    returns: returns.trim(),
  }));
}

function parseParam(text: string): NativeParam {
  const [, lazy, rest, name = '', type = ''] = /^(lazy )?(\.\.\.)?([\w-]+)(?:: (.*))?$/.exec(text) ?? [];
  return { name, type, lazy: lazy !== undefined, variadic: rest !== undefined, isFn: /\bFn\b/.test(type) };
}

/** The native as a function value: for callbacks and dynamic calls. */
export function nativeFn({ signature, code, isResultAware }: Native): Fn {
  const overloads = signature.overloads.map((overload) => {
    const variadic = overload.params.at(-1)?.variadic === true;
    const fixed = variadic ? overload.params.length - 1 : overload.params.length;
    return {
      fixed,
      variadic,
      lazy: overload.params.map((param) => param.lazy),
      raw: overload.params.map(() => isResultAware),
      types: [],
      // A variadic overload gets its rest as one Vec; natives take arguments one by one.
      code: variadic
        ? (rc: Parameters<NativeCode>[0], ...args: Value[]): Value =>
            code(rc, ...args.slice(0, fixed), ...((args[fixed] ?? []) as readonly Value[]))
        : code,
    };
  });
  return new Fn(signature.name, overloads, false, isResultAware);
}
