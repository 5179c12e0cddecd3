/**
 * What to do about runs that were asked to stop. Pure.
 *
 *   stop word and rejected calls ──(1 s, it has the processor)──▶ dispose the isolate ──(2 s without effect)──▶ the
 *              │                                                                        worker kills the child
 *              └──(1 s, it has not: it waits for nothing that comes, or for its turn)──▶ its end is reported, the
 *                                                                                        isolate lives on
 */
export const IGNORED_AFTER_MS = 1_000;
export const STUCK_AFTER_MS = 2_000;

export type Step =
  | { readonly do: 'nothing' }
  /** Reports the runs' ends; what is left of them stops at its next fuel check. */
  | { readonly do: 'abandon'; readonly runs: readonly number[] }
  /** `guilty` held the processor against its stop word; null: somebody whose run has ended long since. */
  | { readonly do: 'dispose'; readonly guilty: number | null };

export interface LadderView {
  /** Runs that were asked to stop, with the time since then. */
  readonly stopped: ReadonlyMap<number, number>;
  /** The run that has the processor, and for how long. */
  readonly head: { readonly run: number; readonly forMs: number; readonly isAlive: boolean } | null;
}

export function nextStep({ stopped, head }: LadderView): Step {
  if (head !== null && !head.isAlive && head.forMs > IGNORED_AFTER_MS) return { do: 'dispose', guilty: null };
  const ignoring = [...stopped].filter(([, forMs]) => forMs > IGNORED_AFTER_MS).map(([run]) => run);
  if (ignoring.length === 0) return { do: 'nothing' };
  // It must have had the processor all that time: one that has just got it deserves to see its word.
  if (head !== null && ignoring.includes(head.run) && head.forMs > IGNORED_AFTER_MS) {
    return { do: 'dispose', guilty: head.run };
  }
  const others = ignoring.filter((run) => run !== head?.run);
  return others.length > 0 ? { do: 'abandon', runs: others } : { do: 'nothing' };
}
