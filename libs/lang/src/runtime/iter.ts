import { ITER_TYPE } from './types';
import { Handle, type Fiber, type Value } from './values';

/** Gets the next value from the outside; undefined at the end and ever after. */
export type Pull = (fb: Fiber, site: number) => Promise<Value | undefined>;

/** A single-pass source of values, shared by everybody who holds it. */
export class Iter extends Handle {
  readonly type = ITER_TYPE;

  constructor(
    /** The next value, undefined at the end and ever after. */
    readonly next: () => Value | undefined,
    /** Of a source that has to be waited for: `next` halts there. */
    readonly pull: Pull | null = null,
  ) {
    super();
  }

  static of(values: readonly Value[]): Iter {
    let i = 0;
    return new Iter(() => (i < values.length ? values[i++] : undefined));
  }

  rest(max = Infinity): Value[] {
    const out: Value[] = [];
    while (out.length < max) {
      const v = this.next();
      if (v === undefined) break;
      out.push(v);
    }
    return out;
  }
}
