/**
 * What the front end must know about a function that is not written in Hot. The standard library exports a
 * table of these; analysis gets it as a parameter, so that nothing here depends on the library.
 */
export interface NativeParam {
  readonly name: string;
  /** The declared type as Hot text (`Str`, `Fn | Null`, `Vec<Int>`); '' when undeclared. */
  readonly type: string;
  /** The argument is not evaluated by the caller; the native receives a thunk. */
  readonly lazy: boolean;
  /** Takes all remaining arguments. Last parameter only. */
  readonly variadic: boolean;
  /** The type mentions `Fn` as a whole word: `%` in an argument becomes a lambda here. */
  readonly isFn: boolean;
}

export interface NativeOverload {
  readonly params: readonly NativeParam[];
  /** Return type as Hot text; '' when undeclared. */
  readonly returns: string;
}

export interface NativeSignature {
  /** Full name, `::ns/f`. Constructors of built-in types are natives too: `::hot::type/Str`. */
  readonly name: string;
  readonly overloads: readonly NativeOverload[];
  /** Visible unqualified in every namespace. */
  readonly core: boolean;
  readonly doc: string;
  /** Same arguments, same answer, no effect, no halt that depends on the run: values made with it may be shared. */
  readonly pure: boolean;
  /** The language lowers calls to its own form instead of calling. */
  readonly special: 'if' | 'and' | 'or' | 'definition' | null;
}
