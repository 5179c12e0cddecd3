/** What a call leads to, as far as it is known before running: overloads, laziness, places for `%`. */
import type { NativeSignature } from '../syntax/native-signature';
import type { FunctionDef, TypeDef } from './program';

export interface SigParam {
  readonly lazy: boolean;
  readonly rest: boolean;
  readonly isFn: boolean;
}

export interface SigOverload {
  readonly params: readonly SigParam[];
  /** Without the rest parameter. */
  readonly fixed: number;
  readonly variadic: boolean;
}

export interface Signature {
  readonly name: string;
  readonly overloads: readonly SigOverload[];
  /** Any number of arguments is accepted; nothing is checked. */
  readonly lenient: boolean;
}

export function functionSignature(fn: FunctionDef, lenient: boolean): Signature {
  return { name: fn.name, overloads: fn.overloads, lenient };
}

export function nativeSignature(cache: Map<NativeSignature, Signature>, native: NativeSignature): Signature {
  let signature = cache.get(native);
  if (!signature) {
    const overloads = native.overloads.map(({ params }): SigOverload => {
      const variadic = params.some((param) => param.variadic);
      return {
        params: params.map((param) => ({ lazy: param.lazy, rest: param.variadic, isFn: param.isFn })),
        fixed: variadic ? params.length - 1 : params.length,
        variadic,
      };
    });
    const name = native.name.slice(native.name.indexOf('/') + 1);
    signature = { name, overloads, lenient: false };
    cache.set(native, signature);
  }
  return signature;
}

function fixed(count: number): SigOverload {
  const param: SigParam = { lazy: false, rest: false, isFn: false };
  return { params: Array.from({ length: count }, () => param), fixed: count, variadic: false };
}

/** The default constructor takes one value and exists beside declared ones; markers may be called with nothing. */
export function typeSignature(type: TypeDef): Signature {
  const overloads: SigOverload[] = [...(type.constructors?.overloads ?? [])];
  if (!overloads.some((overload) => overload.fixed === 1 && !overload.variadic)) overloads.push(fixed(1));
  if (type.kind === 'struct' && type.marker) overloads.push(fixed(0));
  return { name: type.name, overloads, lenient: false };
}

export function variantSignature(name: string, hasPayload: boolean): Signature {
  return { name, overloads: hasPayload ? [fixed(1)] : [fixed(0), fixed(1)], lenient: false };
}

export function accepts(overload: SigOverload, count: number): boolean {
  return overload.variadic ? count >= overload.fixed : overload.params.length === count;
}

/** Overloads that can be meant, as indices, best first; `count` null: the number of arguments is not known. */
export function candidates(signature: Signature, count: number | null): readonly number[] {
  const all = signature.overloads.map((_, index) => index);
  if (count === null) return all;
  const at = (index: number): SigOverload => signature.overloads[index] ?? fixed(0);
  const exact = all.filter((index) => !at(index).variadic && at(index).params.length === count);
  if (exact.length > 0) return exact;
  const variadic = all.filter((index) => at(index).variadic && at(index).fixed <= count);
  if (variadic.length > 0) return variadic.sort((a, b) => at(b).fixed - at(a).fixed || b - a);
  const distance = (index: number): number => Math.abs(at(index).fixed - count);
  const [nearest] = [...all].sort((a, b) => distance(a) - distance(b));
  return nearest === undefined ? [] : [nearest];
}

/** The parameter that the argument at `index` is for. */
export function paramAt(overload: SigOverload, index: number): SigParam | null {
  if (index < overload.fixed) return overload.params[index] ?? null;
  return overload.variadic ? (overload.params[overload.params.length - 1] ?? null) : null;
}

/** Whether `%` in the argument becomes a lambda: by number of arguments, else the first overload with an Fn. */
export function isFnSlot(signature: Signature, count: number, index: number): boolean {
  const { overloads } = signature;
  let chosen = overloads.filter((one) => !one.variadic && one.params.length === count);
  if (chosen.length === 0) chosen = overloads.filter((one) => one.variadic && one.fixed <= count).slice(0, 1);
  if (chosen.length === 0)
    chosen = overloads.filter((one) => one.params.some((param) => param.isFn)).slice(0, 1);
  if (chosen.length === 0) chosen = overloads.slice(0, 1);
  return chosen.some((one) => paramAt(one, index)?.isFn === true);
}

/** The message of an arity mismatch, or null when the number is right. */
export function arityProblem(signature: Signature, count: number): string | null {
  const { overloads, lenient, name } = signature;
  if (lenient || overloads.length === 0 || overloads.some((overload) => accepts(overload, count)))
    return null;
  const were = `but ${count} were provided`;
  const [only] = overloads;
  if (only && overloads.length === 1) {
    return only.variadic
      ? `Function '${name}' expects at least ${only.fixed} arguments, ${were}`
      : `Function '${name}' expects ${only.fixed} arguments, ${were}`;
  }
  const shown = overloads.map((one) => (one.variadic ? `${one.fixed}+` : `${one.fixed}`));
  const unique = [...new Set(shown)].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  const last = unique[unique.length - 1] ?? '';
  const list = unique.length > 1 ? `${unique.slice(0, -1).join(', ')} or ${last}` : last;
  return `Function '${name}' expects ${list} arguments, ${were}. Available arities: ${unique.join(', ')}`;
}
