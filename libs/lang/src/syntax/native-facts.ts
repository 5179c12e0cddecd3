/** What the code generator must know of a library function beyond its signature. The runtime adds the bodies. */
import type { NativeSignature } from './native-signature';

export type BuiltinTarget = 'Str' | 'Int' | 'Dec' | 'Bool' | 'Byte' | 'Bytes';

/** A parameter through which a native may come to wait: a callback or a thunk. */
export interface PolyParam {
  readonly index: number;
  /** A Str there names a function. */
  readonly byName: boolean;
}

export interface NativeFacts {
  readonly signature: NativeSignature;
  /** Body for callers that do not wait; null: it always waits. */
  readonly s: unknown;
  /** Body that may wait; null: it never does. */
  readonly a: unknown;
  readonly poly: readonly PolyParam[];
  /** Bits of strict parameters whose Results it sees intact; -1 all. */
  readonly raw: number;
  /** Bits of lazy parameters. */
  readonly lazy: number;
  /** Recorded in traces. The basic operations are not: they would bury everything else. */
  readonly traced: boolean;
  /** What it returns is neither a Result nor a function. */
  readonly plain: boolean;
  /** Takes iterators, and has to wait where one comes from the outside. */
  readonly iterates: boolean;
  /** The built-in type whose arrows it applies to what it is given; it waits where one of these does. */
  readonly converts: BuiltinTarget | null;
  /** What it returns holds an iterator that comes from the outside. */
  readonly opensStream: boolean;
}
