import { ITER_TYPE } from './types';
import { Handle, type Value } from './values';

/** A single-pass source of values, shared by everybody who holds it. */
export class Iter extends Handle {
  readonly type = ITER_TYPE;

  constructor(
    /** The next value, undefined at the end and ever after. */
    readonly next: () => Value | undefined,
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
