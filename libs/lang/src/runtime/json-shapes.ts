/**
 * Keys of objects read of late: messages of one kind share theirs, and with them what is remembered of them (the JSON
 * of the names, places of properties). A shape has one place in the table, where the next one puts it out. Besides,
 * each shape remembers what its values looked like the last time, and the reader tries that first.
 */
import { Keys } from './hot-map';
import { quote } from './json-write';

const MAX_SHAPE = 64;

export class Shape {
  /** `"name"` of each. */
  readonly quoted: readonly string[];
  /** Places of the shapes that the objects had which were last read as its values, or in lists there. */
  readonly inner: number[];

  constructor(
    readonly keys: Keys,
    readonly names: readonly string[],
    /** Has a `$type`. */
    readonly tagged: boolean,
    /** Its place in the table: what refers to shapes by it keeps none in memory. */
    readonly place: number,
  ) {
    this.quoted = names.map(quote);
    this.inner = names.map(() => 0);
  }
}

const SHAPES: (Shape | undefined)[] = new Array<Shape | undefined>(128).fill(undefined);

/** Null when there are too many names, or such that are not their own keys and would be taken for others. */
export function shapeOf(names: readonly string[]): Shape | null {
  const { length } = names;
  if (length === 0 || length > MAX_SHAPE) return null;
  const [first = ''] = names;
  const last = names[length - 1] ?? '';
  const at = (length * 7 + first.length * 3 + last.length + last.charCodeAt(0)) & 127;
  const known = SHAPES[at];
  if (known !== undefined && isShape(known, names)) return known;
  if (names.some((name) => name.charCodeAt(0) === 0)) return null;
  const keys = new Keys([], true);
  const own = names.map(lasting);
  for (const name of own) keys.push(name, name);
  return (SHAPES[at] = new Shape(keys, own, names.includes('$type'), at));
}

/** The engine's one copy of a name: quick to compare, and no slice of a text. */
const lasting = (name: string): string => Object.keys({ [name]: 0 })[0] ?? name;

function isShape(shape: Shape, names: readonly string[]): boolean {
  const own = shape.names;
  if (own.length !== names.length) return false;
  for (let i = 0; i < own.length; i++) if (own[i] !== names[i]) return false;
  return true;
}

/** What stood at a place the last time; null when nothing did. */
export function shapeAt(holder: Holder | null, at: number): Shape | null {
  return holder === null ? null : (SHAPES[holder.inner[at] ?? 0] ?? null);
}

export interface Holder {
  readonly inner: number[];
}

/** Where the outermost value of any text looks. */
export const OUTERMOST: Holder = { inner: [0] };
