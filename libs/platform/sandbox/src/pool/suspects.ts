/** Who may have brought down a child that said nothing at its end. Pure. */

/** Signals that a process gets for what happens inside it. */
const FROM_WITHIN: readonly string[] = [
  'SIGABRT',
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGTRAP',
  'SIGFPE',
  'SIGSYS',
];

export interface ChildDeath {
  readonly code: number | null;
  readonly signal: string | null;
  /** Runs that the child last said had a processor for more than an instant. */
  readonly busy: readonly number[];
  /** Runs that were given something to do since the child was last heard of. */
  readonly unheard: readonly number[];
}

/**
 * Whoever had the processor. A death from within, so sudden that the child had not told who that was: one of those
 * that had just been given something to do. A kill from outside without a word: nobody.
 */
export function suspectsOf({ code, signal, busy, unheard }: ChildDeath): ReadonlySet<number> {
  if (busy.length > 0) return new Set(busy);
  const fromWithin = signal === null ? code !== 0 : FROM_WITHIN.includes(signal);
  return new Set(fromWithin ? unheard : []);
}
