import { randomInt } from 'node:crypto';

/** Writers that count at the same time, each with rows of its own. */
const WRITERS = {
  accept: 0,
  acceptSecond: 1,
  finish: 2,
  finishSecond: 3,
  unhandled: 4,
  retry: 5,
  dead: 6,
  sweep: 7,
  fire: 8,
  startTask: 9,
} as const;
const PER_PROCESS = 10;
/** Slot 0 holds what has been folded. The column is a smallint. */
const MAX_BASE = 3_200;

/**
 * Counter slots of this process. Drawn at random: two processes that draw the same one wait for each other's rows now
 * and then, but count right.
 */
export class CounterSlots {
  private readonly base = randomInt(1, MAX_BASE) * PER_PROCESS;

  of(writer: keyof typeof WRITERS): number {
    return this.base + WRITERS[writer];
  }
}
