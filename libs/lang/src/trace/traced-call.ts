/** A call as readers of a trace see it. */
export interface TracedCall {
  readonly id: number;
  /** 0: none. */
  readonly parent: number;
  readonly name: string;
  /** Where the call stands; null for what no line of the program calls. */
  readonly place: { readonly file: string; readonly line: number; readonly column: number } | null;
  /** `cond`, `match-all` and so on; null for functions. */
  readonly flow: string | null;
  readonly startUs: number;
  /** Null as long as it has not ended. */
  readonly durationUs: number | null;
  readonly hasArgs: boolean;
  /** JSON array; null for flows, and when the segment that had them is lost. */
  readonly args: string | null;
  /** JSON; null when it has not ended, or has ended with an error. */
  readonly result: string | null;
  /** JSON text. */
  readonly error: string | null;
  readonly branch: string | null;
  /** Times it began anew by a tail call. */
  readonly again: number;
}
