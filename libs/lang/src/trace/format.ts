/**
 * How a trace is written: `runtime/trace.ts` writes it, `read-trace.ts` reads it. A block is
 *
 *   u8 3 | u32 length of the rest | id of the next call | microseconds | events
 *
 * and can be read without the ones before: it says again which functions, branches, shapes of maps and types it
 * mentions. Numbers are digits of base 128, the lowest first, all but the last with the high bit set; u32 is little
 * endian.
 *
 * An event is a byte and what belongs to it. Below `Ev.End` it is the number of a head, and a call of it begins inside the
 * current one: ids count up, and its arguments follow, as many as the head says. All events happen at the time that the
 * last `Tick` has told.
 */
export const BLOCK = 3;
export const BLOCK_HEAD = 5;

export const Ev = {
  /** value: the current call has ended, its caller is the current one. */
  End: 128,
  /** label, value: the same, of a flow. Label 0: none. */
  FlowEnd: 129,
  /** times it began anew by a tail call, value: the same. */
  LoopEnd: 130,
  /** text: it has ended with this error. */
  Error: 131,
  /** microseconds that have passed. */
  Tick: 132,
  /** head, then as for the heads below 128. */
  Call: 133,
  /** head, label, u32 count: so many flows that began and ended with null, one after the other. */
  Turns: 134,
  /** id: another call is the current one, 0 for none. */
  Move: 135,
  /** id, caller, head, start: it began in an earlier block. */
  Announce: 136,
  /** head, arguments or `VARIADIC` or `FLOW`, name, place: 0 or 1 and file, line, column; after `FLOW` the kind of flow. */
  Head: 137,
  /** label, text */
  Label: 138,
  /** head, label, count as for `Turns`, label, value: and one more, which ended with this. */
  TurnsEnd: 139,
} as const;

/** In place of the number of arguments: it stands before them at each call. */
export const VARIADIC = 7;
/** In place of the number of arguments: no function, but a `cond`, `match` and so on, or a value of a namespace ('' as its kind). */
export const FLOW = 8;

/** The first byte of a value. Below 128: this number. `Int14` … : 64 times 256 and the next byte. From `Text`: as many characters of ASCII. */
export const Tag = {
  Int14: 128,
  /** i32 */
  Int32: 192,
  /** f64 */
  Float: 193,
  Null: 194,
  True: 195,
  False: 196,
  /** length, characters of ASCII */
  Ascii: 197,
  /** length, u16 each */
  Wide: 198,
  /** text: JSON that stands for itself */
  Json: 199,
  /** count, values */
  Vec: 200,
  /** shape, values */
  Map: 201,
  /** shape, count, keys as texts, then as `Map`: what the shape is. */
  NewMap: 202,
  /** type, value */
  Tagged: 203,
  /** type */
  Unit: 204,
  /** type, name: before `Tagged` and `Unit` of it */
  NewType: 205,
  /** size: too large */
  Cut: 206,
  /** nested too deeply */
  Deep: 207,
  Secret: 208,
  Text: 224,
} as const;
export const MAX_SHORT_TEXT = 31;
